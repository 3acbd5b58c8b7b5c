using EdgePose.Tests.Service.Configuration;
using System.CommandLine;
using System.Text.Json;
using EdgePose.Cli;
using EdgePose.Domain;
using EdgePose.TestSupport;
using EdgePose.Workshop;

namespace EdgePose.Tests.Cli;

[Collection(ConsoleCollection.Name)]
public sealed class CommandLineTests
{
    private static async Task<(int Code, string Out, string Error)> RunAsync(params string[] args)
    {
        using var console = new CapturedConsole();
        var code = await CommandLine.InvokeAsync(args, WorkshopVerbs.Create);
        return (code, console.Out, console.Error);
    }

    private static IEnumerable<(string Path, Verb Verb)> Verbs(Command command, string path = "") =>
        command.Subcommands.OfType<Verb>().SelectMany(v => Verbs(v, $"{path} {v.Name}").Prepend(($"{path} {v.Name}".Trim(), v)));

    [Fact]
    public async Task Help_OfEveryVerb_BeginsWithTwoExamplesOfIt()
    {
        foreach (var (path, verb) in Verbs(CommandLine.Build(WorkshopVerbs.Create())))
        {
            var (code, text, _) = await RunAsync([.. path.Split(' '), "--help"]);
            var lines = text.Split('\n');
            Assert.Equal((0, "Examples:"), (code, lines[0]));
            Assert.StartsWith($"  edgepose {path}", lines[1], StringComparison.Ordinal);
            Assert.StartsWith($"  edgepose {path}", lines[2], StringComparison.Ordinal);
            Assert.Equal("", lines[3]);
            Assert.Equal(2, verb.Examples.Count);
        }
    }

    [Fact]
    public async Task Help_OfTheProgram_BeginsWithTwoExamples()
    {
        var (code, text, _) = await RunAsync("--help");
        Assert.Equal(0, code);
        Assert.StartsWith("Examples:\n  edgepose probe", text, StringComparison.Ordinal);
        foreach (var verb in new[] { "run", "check", "probe", "demo", "models", "version" }) { Assert.Matches($@"(?m)^  {verb}\b", text); }
    }

    [Theory]
    [InlineData("chek", "there is no verb \"chek\"; did you mean check?")]
    [InlineData("models lst", "there is no verb \"lst\"; did you mean list?")]
    [InlineData("run --confg x", "there is no option \"--confg\"; did you mean --config?")]
    [InlineData("xyzzy", "there is no verb \"xyzzy\"")]
    [InlineData("version extra", "there is no argument \"extra\"")]
    [InlineData("models", "name a verb: list, ")]
    public async Task WrongName_NamesWhatWasMeant(string line, string expected)
    {
        var (code, _, error) = await RunAsync(line.Split(' '));
        Assert.Equal(2, code);
        Assert.StartsWith("edgepose: " + expected, error, StringComparison.Ordinal);
        Assert.Contains("\ntry: edgepose ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_OfEveryVerb_HasNoNameThatIsTooLongToFold()
    {
        foreach (var (path, _) in Verbs(CommandLine.Build(WorkshopVerbs.Create())))
        {
            var (_, text, _) = await RunAsync([.. path.Split(' '), "--help"]);
            Assert.DoesNotContain('|', text);
            // Half of a terminal of 60 columns.
            Assert.All(text.Split('\n').Where(l => l.StartsWith("  -", StringComparison.Ordinal)), l => Assert.InRange(l.Split("  ", StringSplitOptions.RemoveEmptyEntries)[0].Length, 2, 40));
        }
    }

    [Theory]
    [InlineData("version -v", 1)]
    [InlineData("version -vv", 2)]
    [InlineData("version -v --verbose", 2)]
    [InlineData("version", 0)]
    public void Verbosity_IsCounted(string line, int expected)
    {
        var parsed = CommandLine.Build(WorkshopVerbs.Create()).Parse(line);
        Assert.Equal((0, expected), (parsed.Errors.Count, Verb.Verbosity(parsed)));
    }

    [Fact]
    public void Examples_OfEveryVerb_Parse()
    {
        var root = CommandLine.Build(WorkshopVerbs.Create());
        foreach (var example in Verbs(root).SelectMany(v => v.Verb.Examples).Concat(Verb.RootExamples))
        {
            Assert.Empty(root.Parse(example["edgepose ".Length..]).Errors);
        }
    }

    [Theory]
    [InlineData("run --bogus", "try: edgepose run --help")]
    [InlineData("models list --bogus", "try: edgepose models list --help")]
    [InlineData("models", "try: edgepose models --help")]
    [InlineData("", "try: edgepose --help")]
    [InlineData("fly", "try: edgepose --help")]
    [InlineData("probe", "try: edgepose probe --help")]
    [InlineData("probe x --hardware-decode magic", "try: edgepose probe --help")]
    [InlineData("demo --seconds soon", "try: edgepose demo --help")]
    public async Task Invoke_WhatIsNotUnderstood_IsUsageWithTheNextStep(string line, string next)
    {
        var (code, output, error) = await RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(((int)ExitCode.Usage, ""), (code, output));
        Assert.StartsWith("edgepose: ", error, StringComparison.Ordinal);
        Assert.Equal(next, error.TrimEnd().Split('\n')[^1]);
    }

    [Theory]
    [InlineData(ExitCode.Configuration, "run --config /no/such.yaml")]
    [InlineData(ExitCode.Model, "models info no-such-model")]
    [InlineData(ExitCode.Usage, "probe rtsp://cam.lan/x --password-file /no/such")]
    [InlineData(ExitCode.Usage, "probe rtsp://cam.lan/x --seconds 0")]
    [InlineData(ExitCode.Usage, "probe concat:a|b")]
    [InlineData(ExitCode.Source, "demo --clip /no/such.mp4")]
    internal async Task Invoke_FailureOfTheUsersMaking_HasItsExitCodeAndNoStackTrace(ExitCode expected, string line)
    {
        var (code, output, error) = await RunAsync(line.Split(' '));
        Assert.Equal((expected, ""), ((ExitCode)code, output));
        Assert.StartsWith("edgepose: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_Json_IsOneDocument()
    {
        var (code, output, _) = await RunAsync("version", "--json");
        using var json = JsonDocument.Parse(output);
        Assert.Equal(0, code);
        foreach (var key in new[] { "edgepose", "runtime", "os", "architecture", "onnxruntime", "ffmpeg", "mqttnet" })
        {
            Assert.NotEqual("", json.RootElement.GetProperty(key).GetString());
        }
    }

    [Fact]
    public async Task ModelsList_Json_NamesEveryShippedDescriptor()
    {
        var (code, output, _) = await RunAsync("models", "list", "--json");
        using var json = JsonDocument.Parse(output);
        Assert.Equal(0, code);
        var shipped = Directory.GetFiles(Path.Combine(Repo.Root, "models"), "*.yaml").Select(Path.GetFileNameWithoutExtension).Order();
        Assert.Equal(shipped, json.RootElement.EnumerateArray().Select(m => m.GetProperty("name").GetString()).Order());
    }

    [Fact]
    public async Task ModelsList_Text_HasOneLineAModel()
    {
        var (code, output, _) = await RunAsync("models", "list");
        Assert.Equal(0, code);
        Assert.Contains(output.Split('\n'), l => l.Contains("movenet-lightning", StringComparison.Ordinal) && l.Contains("192x192", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Check_Json_ReportsEveryErrorOfABadFile()
    {
        using var folder = new TempFolder();
        var file = folder.Write("edgepose.yaml", "mqtt: { url: mqtt://localhost, pasword: hunter2 }\nstreams:\n  front: { url: rtsp://u:geheim@cam/x, fps: five }\n");
        var (code, output, error) = await RunAsync("check", "--offline", "--json", "--config", file);
        using var json = JsonDocument.Parse(output);
        Assert.Equal((int)ExitCode.Configuration, code);
        Assert.Equal((code, 2), (json.RootElement.GetProperty("exit_code").GetInt32(), json.RootElement.GetProperty("errors").GetInt32()));
        foreach (var secret in new[] { "hunter2", "geheim" }) { Assert.DoesNotContain(secret, output + error, StringComparison.Ordinal); }
    }

    [Fact]
    public async Task CheckSchema_IsTheShippedOne()
    {
        var (code, output, _) = await RunAsync("check", "--schema");
        Assert.Equal((0, File.ReadAllText(Path.Combine(Repo.Root, "config", "edgepose.schema.json")).TrimEnd()), (code, output.TrimEnd()));
    }
}
