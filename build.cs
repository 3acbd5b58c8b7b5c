#!/usr/bin/env dotnet
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false

// All build logic of EdgePose in one file-based program: dotnet run build.cs -- <verb>. build.sh and build.ps1 only start it. The files of the
// folder build belong to it (Directory.Build.targets adds them; #:include wants a newer SDK than global.json asks for). It needs the .NET SDK and npm and no package, and writes only to node_modules and artifacts.

using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

try
{
    Directory.SetCurrentDirectory(AppContext.GetData("EntryPointFileDirectoryPath") as string ?? ".");
    using var signals = Shell.HandleSignals();
    return Verbs.Run(args.FirstOrDefault(), args.Skip(1).ToList());
}
catch (Stop stop)
{
    Console.Error.WriteLine(stop.Message);
    return Shell.Interrupted ? 130 : stop.Code;
}

internal sealed class Stop(int code, string message) : Exception(message) { public int Code => code; }

internal static class Verbs
{
    private const string Usage = """
        usage: ./build.sh <verb> [options]

          setup     install what the other verbs need: Debian packages, npm packages, NuGet packages, demo clip, default models
          build     build the whole solution (Release)
          test      setup, build and all tests; --unit or --system: only these;
                    --filter X: only tests whose full name contains X, or a filter expression of dotnet test;
                    --long: instead the long tests, which need several hundred MB more (other versions of ONNX Runtime, arm64, NVIDIA's flavour);
                    --ci: all tests but those with the largest downloads, as continuous integration runs them
          demo      setup, build and `edgepose demo`; further arguments go to it, e.g. --seconds 20
          publish   a runnable program with the default models, artifacts/publish/edgepose; --runtime linux-x64 (default) or linux-arm64;
                    --framework-dependent (default) needs the ASP.NET Core 10 runtime, --self-contained brings it;
                    --gpu: with CUDA and TensorRT, for linux-x64
          bench     build and run the benchmarks; further arguments go to BenchmarkDotNet, e.g. --filter '*Decode*'
          docs      write config/edgepose.yaml and config/edgepose.schema.json anew from the declarations of the keys
          format    check the source format; --fix mends it        Properties of MSBuild may follow any verb, e.g. -p:Version=1.2.3
        """;

    private static bool _built;

    public static string[] MSBuild { get; private set; } = [];

    public static int Run(string? verb, List<string> args)
    {
        MSBuild = ["-nologo", "-v", "minimal", "-tl:off", .. args.Where(a => a.StartsWith("-p:", StringComparison.Ordinal))];
        args.RemoveAll(MSBuild.Contains);
        switch (verb)
        {
            case "help" or "-h" or "--help": Console.WriteLine(Usage); return 0;
            case "setup": args.End(); Setup.Run(Setup.All); return 0;
            case "build": args.End(); Setup.Run(Setup.Restore); BuildSolution(); return 0;
            case "test": return Tests.Run(args);
            case "demo": Setup.Run(Setup.All); BuildSolution(); return Shell.Through(["dotnet", Files.Program, "demo", .. args]);
            case "publish": return Publishing.Run(args);
            case "bench": Setup.Run(Setup.All); BuildSolution(); return Shell.Through(["dotnet", Files.Benchmarks, .. args]);
            case "docs": args.End(); Setup.Run(Setup.Restore); BuildSolution(); return WriteDocs();
            case "format":
                Setup.Run(Setup.Restore);
                string[] check = args.Remove("--fix") ? [] : ["--verify-no-changes"];
                return Shell.Through(["dotnet", "format", "EdgePose.sln", "--no-restore", .. check, .. args]);
            default: throw new Stop(2, verb is null ? Usage : $"unknown verb '{verb}'\n\n{Usage}");
        }
    }

    /// <summary>The program knows its keys and families; these files are what it prints about them.</summary>
    private static int WriteDocs()
    {
        foreach (var (verb, word, file) in (ReadOnlySpan<(string, string, string)>)
            [("check", "--manual", "config/edgepose.yaml"), ("check", "--schema", "config/edgepose.schema.json"), ("models", "schema", "models/descriptor.schema.json"),
             ("models", "families", "models/README.md")])
        {
            var lines = new List<string>();
            Shell.Run("docs", ["dotnet", Files.Program, verb, word], onLine: lines.Add);
            var text = string.Join('\n', lines) + "\n";
            File.WriteAllText(file, file.EndsWith(".md", StringComparison.Ordinal) ? Between(File.ReadAllText(file), word, text) : text);
            Console.WriteLine($"docs: {file}");
        }
        return 0;
    }

    /// <summary>The document with <paramref name="text"/> between the two comments of that name.</summary>
    private static string Between(string document, string name, string text)
    {
        var (open, close) = ($"<!-- {name} -->\n", $"<!-- /{name} -->\n");
        var start = document.IndexOf(open, StringComparison.Ordinal) + open.Length;
        return document[..start] + text + document[document.IndexOf(close, start, StringComparison.Ordinal)..];
    }

    public static string? Value(this List<string> args, string name)
    {
        var at = args.IndexOf(name);
        var value = at < 0 ? null : args.ElementAtOrDefault(at + 1);
        if (value is not null) { args.RemoveRange(at, 2); }
        return value;
    }

    /// <summary>What is left of the arguments after all options were taken is an error.</summary>
    public static void End(this List<string> args) => _ = args is [var left, ..] ? throw new Stop(2, $"unknown option '{left}'") : args;

    public static void BuildSolution()
    {
        if (_built) { return; }
        Shell.Run("build", ["dotnet", "build", "EdgePose.sln", "-c", "Release", "--no-restore", .. MSBuild]);
        Console.WriteLine("build: artifacts/bin (Release)");
        _built = true;
    }
}

internal static class Setup
{
    private const string ClipHash = "45cddc9490be69345cbdab64ca583be65987e864ca408038e648db99e10516cf";

    public static readonly (string Source, string Target, string[] Options)[] DefaultModels =
        [("centernet", "centernet-person", ["--outputs", "tower_0/detections"]), ("movenet-lightning", "movenet-lightning", [])];

    private static readonly string[] Debian =
    [
        "ffmpeg", // to run; the rest is for the demo and the system tests
        "mosquitto", "mosquitto-clients", "openssl", "libjpeg-turbo-progs", "python3-gi", "gir1.2-gst-rtsp-server-1.0", "gstreamer1.0-rtsp", "gstreamer1.0-plugins-base",
        "gstreamer1.0-plugins-good", "gstreamer1.0-plugins-bad", "gstreamer1.0-plugins-ugly", "iproute2", "nftables", "procps", "systemd",
    ];

    // Each step returns what it did, or null when there was nothing to do.
    public static readonly Func<string?>[] All = [Packages, Npm, NuGet, Clip, Models];
    public static readonly Func<string?>[] Restore = [Npm, NuGet], Product = [Npm, NuGet, Models];

    public static void Run(Func<string?>[] steps)
    {
        var (watch, changed) = (Stopwatch.StartNew(), false);
        foreach (var step in steps)
        {
            var start = watch.Elapsed;
            var done = step();
            changed |= done is not null;
            Console.WriteLine($"  {step.Method.Name.ToLowerInvariant(),-9}{done ?? "ready"} ({(watch.Elapsed - start).TotalSeconds:0.0} s)");
        }
        Console.WriteLine($"setup: {(changed ? "done" : "nothing to do")} ({watch.Elapsed.TotalSeconds:0.0} s)");
    }

    private static string? Packages()
    {
        if (!Shell.Exists("apt-get"))
        {
            string[] programs = ["ffmpeg", "ffprobe", "mosquitto", "mosquitto_sub", "openssl"];
            var absent = string.Join(' ', programs.Where(p => !Shell.Exists(p)));
            Console.WriteLine($"  not Debian; needed are the likes of: {string.Join(' ', Debian)}");
            return absent.Length == 0 ? null : throw new Stop(2, $"setup: not found on PATH: {absent}");
        }
        return Install(Debian);
    }

    /// <summary>Installs what is missing of <paramref name="packages"/>; null when nothing is.</summary>
    public static string? Install(string[] packages)
    {
        var listed = new List<string>();
        Shell.Run("packages", ["dpkg-query", "-W", "-f=${Package} ${db:Status-Status}\\n", .. packages], must: false, onLine: listed.Add);
        var missing = packages.Where(p => !listed.Contains(p + " installed")).ToArray();
        if (missing.Length == 0) { return null; }
        string[] install = ["install", "-y", "--no-install-recommends", .. missing]; // fails when the package lists are missing or old
        if (!Apt(must: false, install)) { Apt(must: true, ["update"]); Apt(must: true, install); }
        return $"installed {string.Join(' ', missing)}";
    }

    private static bool Apt(bool must, string[] arguments)
    {
        string[] root = Environment.IsPrivilegedProcess ? [] : ["sudo", "-n"];
        if (root.Length > 0 && (!Shell.Exists("sudo") || Shell.Run("apt-get", ["sudo", "-n", "true"], must: false) != 0))
        {
            var rest = arguments is ["update"] ? "" : $" && sudo apt-get {string.Join(' ', arguments)}";
            throw new Stop(2, $"setup: this needs root; run it and start again:\n  sudo apt-get update{rest}");
        }
        return Shell.Run("apt-get", [.. root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", .. arguments], must) == 0;
    }

    private static string? Npm()
    {
        var (stamp, hash, done) = ("node_modules/.edgepose-lock.sha256", Files.Hash("package-lock.json"), (string?)null);
        // A link is the user's own arrangement, such as one download for several checkouts: take it as it is.
        if (new DirectoryInfo("node_modules").LinkTarget is null && !Files.Holds(stamp, hash))
        {
            if (!Shell.Exists("npm")) { throw new Stop(2, "setup: npm is missing: install Node.js 18 or newer with npm"); }
            Shell.Run("npm", ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], measure: () => Files.Size("node_modules"));
            File.WriteAllText(stamp, hash);
            done = $"installed {Files.Size("node_modules")}";
        }
        return done;
    }

    private static string? NuGet()
    {
        var restored = false;
        Shell.Run("nuget", ["dotnet", "restore", "EdgePose.sln", "--locked-mode", .. Verbs.MSBuild], onLine: t => restored |= t.Contains(" Restored "));
        return restored ? "restored" : null;
    }

    private static string? Clip()
    {
        const string target = "artifacts/assets/media/vtest.avi";
        if (File.Exists(target) && Files.Hash(target) == ClipHash) { return null; }
        if (!Shell.Exists("apt-get")) { return $"no apt-get: put vtest.avi of OpenCV's samples at {target}"; }
        var temp = Path.GetFullPath("artifacts/assets/media/.partial");
        Files.Recreate(temp);
        // Only one file is wanted: unpacking aside saves installing the package. Root may write where apt's own user may not.
        string[] download = ["apt-get", "-q", "-o", $"APT::Sandbox::User={Environment.UserName}", "download", "opencv-doc"];
        bool Download(bool must) => Shell.Run("clip", download, must, () => $"{Files.Size(temp)} of 96 MB", folder: temp) == 0;
        if (!Download(must: false)) { Apt(must: true, ["update"]); Download(must: true); }
        Shell.Run("clip", ["dpkg", "-x", Directory.GetFiles(temp, "*.deb").Single(), temp]);
        var clip = Directory.GetFiles(temp, "vtest.avi", SearchOption.AllDirectories).Single();
        Files.Verify(clip, ClipHash);
        File.Move(clip, target, overwrite: true);
        Directory.Delete(temp, recursive: true);
        return "downloaded vtest.avi";
    }

    /// <summary>Converts the default models. The key covers the sources of model and converter, so that it is known without a build.</summary>
    private static string? Models()
    {
        var sources = Directory.GetFiles("src/EdgePose.ModelTools", "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
        var (converter, converted) = (string.Concat(sources.Select(Files.Hash)), new List<string>());
        foreach (var (source, target, options) in DefaultModels)
        {
            var (json, onnx) = ($"node_modules/@vladmandic/human/models/{source}.json", $"artifacts/assets/models/{target}.onnx");
            var inputs = converter + Files.Hash(json) + Files.Hash(Path.ChangeExtension(json, ".bin")) + string.Join(' ', options);
            var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(inputs)));
            string Record() => $"{Files.Hash(onnx)}  {target}.onnx\n";
            if (Files.Holds(onnx + ".key", key) && File.Exists(onnx) && Files.Holds(onnx + ".sha256", Record())) { continue; }
            Verbs.BuildSolution();
            var partial = Path.Combine(Directory.CreateDirectory("artifacts/assets/models").FullName, $".{target}.partial.onnx");
            Shell.Run("models", ["dotnet", Files.Program, "models", "import", json, "--as", "tfjs", .. options, "--out", partial]);
            if (!File.Exists(partial)) { throw new Stop(1, $"models: `edgepose models import {json}` wrote no model"); }
            File.Move(partial, onnx, overwrite: true);
            File.WriteAllText(onnx + ".sha256", Record());
            File.WriteAllText(onnx + ".key", key);
            converted.Add(target);
        }
        return converted.Count == 0 ? null : $"converted {string.Join(' ', converted)}";
    }
}

internal static class Tests
{
    private const string Results = "artifacts/test-results";
    private static readonly XNamespace Trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";
    private static readonly List<string> Failed = [];
    private static int _passed, _skipped;

    public static int Run(List<string> args)
    {
        var (unit, system, filter) = (args.Remove("--unit"), args.Remove("--system"), args.Value("--filter"));
        var (isLong, isCi) = (args.Remove("--long"), args.Remove("--ci"));
        args.End();
        Setup.Run(Setup.All);
        Verbs.BuildSolution();
        if (isLong || isCi) { Setup.Run(isLong ? LongSetup.All : LongSetup.Short); }
        var category = isLong ? "Category=Long|Category=Huge" : isCi ? "Category!=Huge" : "Category!=Long&Category!=Huge";
        Files.Recreate(Results);
        // What is missing after this set-up is a fault of set-up: a test that lacks it fails instead of being skipped.
        Environment.SetEnvironmentVariable("EDGEPOSE_TESTS_STRICT", isCi ? "1" : "");
        if ((unit || !system) && !isLong) { RunProject("EdgePose.Tests", category, filter); }
        if (system || !unit) { RunProject("EdgePose.SystemTests", category, filter); }
        Failed.ForEach(name => Console.WriteLine($"failed: {name}"));
        Console.WriteLine($"{_passed} passed, {Failed.Count} failed" + (_skipped > 0 ? $", {_skipped} skipped" : ""));
        return Failed.Count == 0 && _passed > 0 ? 0 : 1;
    }

    private static void RunProject(string project, string category, string? filter)
    {
        var (watch, output) = (Stopwatch.StartNew(), new List<string>());
        var chosen = filter is null || filter.AsSpan().ContainsAny('=', '~') ? filter : $"FullyQualifiedName~{filter}";
        string[] loggers = ["--logger", $"trx;LogFileName={project}.trx", "--results-directory", Results, "--logger", "console;verbosity=normal"];
        string[] line = ["dotnet", "test", $"artifacts/bin/{project}/release/{project}.dll", "--blame-hang-timeout", "10m",
            "--blame-hang-dump-type", "none", .. loggers, "--filter", chosen is null ? category : $"({category})&({chosen})"];
        int Seen() => output.Count(t => t.TrimStart().Split(' ')[0] is "Passed" or "Failed" or "Skipped");
        var (failedBefore, code) = (Failed.Count, Shell.Run(project, line, must: false, () => $"{Seen()} tests", output.Add));
        ReadResults($"{Results}/{project}.trx");
        // A crashed or hung run leaves no failed test behind, and must not pass for a good one.
        if (code != 0 && Failed.Count == failedBefore)
        {
            Failed.Add($"{project}: the run ended early with exit code {code}:\n{string.Join('\n', output.TakeLast(150))}");
        }
        Console.WriteLine($"{project}: {Seen()} tests ({watch.Elapsed.TotalSeconds:0.0} s)");
    }

    private static void ReadResults(string trx)
    {
        foreach (var result in File.Exists(trx) ? XDocument.Load(trx).Descendants(Trx + "UnitTestResult") : [])
        {
            var name = (string)result.Attribute("testName")!;
            var message = result.Value;
            switch ((string?)result.Attribute("outcome"))
            {
                case "Passed": _passed++; break;
                case "NotExecuted": _skipped++; Console.WriteLine($"skipped: {name}: {message.Trim()}"); break;
                default: Failed.Add(name); Console.WriteLine($"{name}\n{message}"); break;
            }
        }
    }
}

internal static class Files
{
    public const string Program = "artifacts/bin/EdgePose.Program/release/edgepose.dll";
    public const string Benchmarks = "artifacts/bin/EdgePose.Benchmarks/release/EdgePose.Benchmarks.dll";

    public static string Hash(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

    public static void Verify(string path, string expected)
    {
        var found = File.Exists(path) ? Hash(path) : "missing";
        if (found != expected) { throw new Stop(1, $"setup: {path}: SHA-256 is {found}, expected {expected}"); }
    }

    public static bool Holds(string path, string text) => File.Exists(path) && File.ReadAllText(path) == text;

    public static string Size(string folder)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        var files = Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFiles("*", options) : [];
        return $"{files.Sum(f => f.Length) / 1_000_000} MB";
    }

    public static void Recreate(string folder)
    {
        if (Directory.Exists(folder)) { Directory.Delete(folder, recursive: true); }
        Directory.CreateDirectory(folder);
    }
}
