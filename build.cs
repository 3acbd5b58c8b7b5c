#:property PublishAot=false
#:property RestorePackagesWithLockFile=false

// All build logic of EdgePose in one file-based program: dotnet run build.cs -- <verb>. build.sh and build.ps1 only start it.
// It needs the .NET SDK and npm and no package, and writes only to node_modules and artifacts.

using System.Diagnostics;
using System.Runtime.InteropServices;
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

/// <summary>Ends the program with a message for the user and an exit code.</summary>
internal sealed class Stop(int code, string message) : Exception(message)
{
    public int Code { get; } = code;
}

internal static class Verbs
{
    private const string Usage = """
        usage: ./build.sh <verb> [options]

          setup     install what the other verbs need: Debian packages, npm packages, NuGet packages, demo clip, default models
          build     build the whole solution (Release)
          test      setup, build and all tests; the last line is "N passed, N failed"
                      --unit | --system   only one of the two test projects
                      --filter X          only tests whose full name contains X, or a filter expression of dotnet test
          demo      setup, build and `edgepose demo`; further arguments go to it, e.g. --seconds 20
          publish   a runnable program in artifacts/publish (artifacts/publish/edgepose)
                      --framework-dependent | --self-contained   needs the ASP.NET Core 10 runtime (default) | brings it
                      --runtime linux-x64 | linux-arm64
          bench     build and run the benchmarks; further arguments go to BenchmarkDotNet, e.g. --filter '*Decode*'
          format    check the source format; --fix mends it
          help      this text

        -p:Name=Value after a verb is an MSBuild property, e.g. -p:OnnxRuntimeFeed=nuget
        """;

    private static readonly string[] Quiet = ["-nologo", "-v", "minimal", "-tl:off"];
    private static bool _built;

    public static string[] MSBuild { get; private set; } = Quiet;

    public static int Run(string? verb, List<string> args)
    {
        MSBuild = [.. Quiet, .. args.Where(a => a.StartsWith("-p:", StringComparison.Ordinal))];
        args.RemoveAll(a => a.StartsWith("-p:", StringComparison.Ordinal));
        switch (verb)
        {
            case "help" or "-h" or "--help": Console.WriteLine(Usage); return 0;
            case "setup": args.End(); Setup.Run(Needs.All); return 0;
            case "build": args.End(); Setup.Run(Needs.Restore); BuildSolution(); return 0;
            case "test": return Tests.Run(args);
            case "demo": Setup.Run(Needs.All); BuildSolution(); return Shell.Through(["dotnet", Files.Program, "demo", .. args]);
            case "publish": return Publishing.Run(args);
            case "bench":
                Setup.Run(Needs.Restore | Needs.Models);
                BuildSolution();
                return Shell.Through(["dotnet", "artifacts/bin/EdgePose.Benchmarks/release/EdgePose.Benchmarks.dll", .. args]);
            case "format":
                string[] check = args.Flag("--fix") ? [] : ["--verify-no-changes"];
                args.End();
                Setup.Run(Needs.Restore);
                // What node_modules holds (the ONNX Runtime binding) is foreign source.
                return Shell.Through(["dotnet", "format", "EdgePose.sln", "--no-restore", "--exclude", "node_modules/", .. check]);
            default: throw new Stop(2, verb is null ? Usage : $"unknown verb '{verb}'\n\n{Usage}");
        }
    }

    public static void BuildSolution()
    {
        if (_built) { return; }
        var watch = Stopwatch.StartNew();
        Shell.Run("build", ["dotnet", "build", "EdgePose.sln", "-c", "Release", "--no-restore", .. MSBuild]);
        Console.WriteLine($"build: Release ({watch.Elapsed.TotalSeconds:0.0} s)");
        _built = true;
    }
}

[Flags]
internal enum Needs { Packages = 1, Restore = 2, Clip = 4, Models = 8, All = 15 }

internal static class Setup
{
    private const string ClipHash = "45cddc9490be69345cbdab64ca583be65987e864ca408038e648db99e10516cf";
    private const string NativeHash = "5715f06d8992ca8eeeddcce43df3a7d38f97d537052126f558e912cb312460ca";

    private static readonly string[] Debian =
    [
        "ffmpeg", "libmosquitto1", // to run; the rest is for the demo and the system tests
        "mosquitto", "mosquitto-clients", "openssl", "python3-gi", "gir1.2-gst-rtsp-server-1.0", "gstreamer1.0-plugins-base",
        "gstreamer1.0-plugins-good", "gstreamer1.0-plugins-bad", "gstreamer1.0-plugins-ugly", "gstreamer1.0-rtsp", "iproute2", "procps",
        "systemd",
    ];

    private static readonly (string Source, string Target, string[] Options)[] Models =
    [
        ("centernet", "centernet-person", ["--outputs", "tower_0/detections"]),
        ("movenet-lightning", "movenet-lightning", []),
    ];

    private static bool _changed;

    /// <summary>Brings everything in <paramref name="needs"/> into place. What is there already is only checked.</summary>
    public static void Run(Needs needs)
    {
        var watch = Stopwatch.StartNew();
        if (needs.HasFlag(Needs.Packages)) { Step("packages", Packages); }
        if (needs.HasFlag(Needs.Restore)) { Step("npm", Npm); Step("nuget", NuGet); }
        if (needs.HasFlag(Needs.Clip)) { Step("clip", Clip); }
        if (needs.HasFlag(Needs.Models)) { Step("models", ConvertModels); }
        Console.WriteLine($"setup: {(_changed ? "done" : "nothing to do")} ({watch.Elapsed.TotalSeconds:0.0} s)");
    }

    /// <summary>Runs one step and prints its line; the step returns what it did, or null when there was nothing to do.</summary>
    private static void Step(string name, Func<string?> step)
    {
        var watch = Stopwatch.StartNew();
        var done = step();
        _changed |= done is not null;
        Console.WriteLine($"  {name,-9}{done ?? "ready"} ({watch.Elapsed.TotalSeconds:0.0} s)");
    }

    private static string? Packages()
    {
        if (!Shell.Exists("dpkg-query") || !Shell.Exists("apt-get"))
        {
            string[] programs = ["ffmpeg", "ffprobe", "mosquitto", "mosquitto_sub", "openssl", "systemd-analyze"];
            var absent = string.Join(' ', programs.Where(p => !Shell.Exists(p)));
            Console.WriteLine($"  this is not Debian: bring these packages or their like: {string.Join(' ', Debian)}");
            return absent.Length == 0 ? null : throw new Stop(2, $"setup: not found on PATH: {absent}");
        }
        var listed = new List<string>();
        Shell.Run("packages", ["dpkg-query", "-W", "-f=${Package} ${db:Status-Status}\\n", .. Debian], must: false, onLine: listed.Add);
        var missing = Debian.Where(p => !listed.Contains(p + " installed")).ToArray();
        if (missing.Length == 0) { return null; }
        AptAsRoot("packages", ["install", "-y", "--no-install-recommends", .. missing]);
        return $"installed {string.Join(' ', missing)}";
    }

    /// <summary>Runs apt-get as root; refreshes the package lists before when there are none, and after a failure, which old lists cause.</summary>
    private static void AptAsRoot(string name, string[] arguments)
    {
        string[] root = Environment.IsPrivilegedProcess ? [] : ["sudo", "-n"];
        if (root.Length > 0 && (!Shell.Exists("sudo") || Shell.Run(name, ["sudo", "-n", "true"], must: false) != 0))
        {
            throw new Stop(2, $"setup: this needs root; run it and start again:\n  sudo apt-get update && sudo apt-get {string.Join(' ', arguments)}");
        }
        int Apt(bool must, string[] line) => Shell.Run(name, [.. root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", .. line], must);
        if (HasPackageLists && arguments is not ["update"] && Apt(must: false, arguments) == 0) { return; }
        Apt(must: true, ["update"]);
        if (arguments is not ["update"]) { Apt(must: true, arguments); }
    }

    private static bool HasPackageLists =>
        Directory.Exists("/var/lib/apt/lists") && Directory.EnumerateFiles("/var/lib/apt/lists", "*_Packages*").Any();

    private static string? Npm()
    {
        const string native = "node_modules/com.github.asus4.onnxruntime/Plugins/Linux/x64/libonnxruntime.so";
        const string stamp = "node_modules/.edgepose-lock.sha256";
        var (hash, done) = (Files.Hash("package-lock.json"), (string?)null);
        // A link is the user's own arrangement, such as one download for several checkouts: take it as it is.
        if (new DirectoryInfo("node_modules").LinkTarget is null && (!File.Exists(stamp) || File.ReadAllText(stamp) != hash))
        {
            if (!Shell.Exists("npm")) { throw new Stop(2, "setup: npm is missing: install Node.js 18 or newer with npm"); }
            string[] install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"];
            Shell.Run("npm", install, measure: () => Files.Size("node_modules"));
            File.WriteAllText(stamp, hash);
            done = $"installed {Files.Size("node_modules")}";
        }
        Files.Verify(native, NativeHash);
        return done;
    }

    private static string? NuGet()
    {
        var restored = false;
        // Another feed serves other packages than the committed lock files name, so it keeps lock files of its own under artifacts.
        string[] locked = Verbs.MSBuild.Any(p => p.StartsWith("-p:OnnxRuntimeFeed=", StringComparison.Ordinal)) ? [] : ["--locked-mode"];
        string[] restore = ["dotnet", "restore", "EdgePose.sln", .. locked, .. Verbs.MSBuild];
        Shell.Run("nuget", restore, onLine: line => restored |= line.Contains(" Restored ", StringComparison.Ordinal));
        return restored ? "restored" : null;
    }

    private static string? Clip()
    {
        const string target = "artifacts/assets/media/vtest.avi";
        if (File.Exists(target) && Files.Hash(target) == ClipHash) { return null; }
        if (!Shell.Exists("apt-get") || !Shell.Exists("dpkg"))
        {
            Console.WriteLine($"  no apt-get: for the demo clip, put vtest.avi of OpenCV's samples at {target}");
            return null;
        }
        var temp = Path.GetFullPath("artifacts/assets/media/.partial");
        Files.Recreate(temp);
        // Only one file is wanted: unpacking aside saves installing the package. Root may write where apt's own user may not.
        string[] download = ["apt-get", "-q", "-o", $"APT::Sandbox::User={Environment.UserName}", "download", "opencv-doc"];
        bool Download(bool must) => Shell.Run("clip", download, must, () => $"{Files.Size(temp)} of 96 MB", folder: temp) == 0;
        if (!HasPackageLists || !Download(must: false))
        {
            AptAsRoot("clip", ["update"]);
            Download(must: true);
        }
        Shell.Run("clip", ["dpkg", "-x", Directory.GetFiles(temp, "*.deb").Single(), temp]);
        var clip = Directory.GetFiles(temp, "vtest.avi", SearchOption.AllDirectories).Single();
        Files.Verify(clip, ClipHash);
        File.Move(clip, target, overwrite: true);
        Directory.Delete(temp, recursive: true);
        return "downloaded vtest.avi";
    }

    /// <summary>Converts the default models. The key covers the sources of model and converter, so that it is known without a build.</summary>
    private static string? ConvertModels()
    {
        const string folder = "artifacts/assets/models";
        Directory.CreateDirectory(folder);
        var converted = new List<string>();
        var sources = Directory.GetFiles("src/EdgePose.ModelTools", "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
        var converter = string.Concat(sources.Select(Files.Hash));
        foreach (var (source, target, options) in Models)
        {
            var (json, onnx) = ($"node_modules/@vladmandic/human/models/{source}.json", $"{folder}/{target}.onnx");
            var inputs = converter + Files.Hash(json) + Files.Hash(Path.ChangeExtension(json, ".bin")) + string.Join(' ', options);
            var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(inputs)));
            string Record() => $"{Files.Hash(onnx)}  {target}.onnx\n";
            if (Files.Holds(onnx + ".key", key) && File.Exists(onnx) && Files.Holds(onnx + ".sha256", Record())) { continue; }
            Verbs.BuildSolution();
            var partial = $"{folder}/.{target}.partial.onnx";
            Shell.Run("models", ["dotnet", Files.Program, "models", "import", json, "--as", "tfjs", .. options, "--out", partial]);
            if (!File.Exists(partial)) { throw new Stop(1, $"setup: `edgepose models import {json}` wrote no model"); }
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

    private sealed record Totals(int Passed, int Skipped, List<string> Failed);

    public static int Run(List<string> args)
    {
        var (unit, system, filter) = (args.Flag("--unit"), args.Flag("--system"), args.Value("--filter"));
        args.End();
        Setup.Run(Needs.All);
        Verbs.BuildSolution();
        Files.Recreate(Results);
        var totals = new List<Totals>();
        if (unit || !system) { totals.Add(RunProject("EdgePose.Tests", filter)); }
        if (system || !unit) { totals.Add(RunProject("EdgePose.SystemTests", filter)); }
        foreach (var name in totals.SelectMany(t => t.Failed)) { Console.WriteLine($"failed: {name}"); }
        var (passed, failed, skipped) = (totals.Sum(t => t.Passed), totals.Sum(t => t.Failed.Count), totals.Sum(t => t.Skipped));
        Console.WriteLine($"{passed} passed, {failed} failed" + (skipped > 0 ? $", {skipped} skipped" : ""));
        return Shell.Interrupted ? 130 : failed == 0 && passed > 0 ? 0 : 1;
    }

    private static Totals RunProject(string project, string? filter)
    {
        var (watch, seen) = (Stopwatch.StartNew(), 0);
        string[] line =
        [
            "dotnet", "test", $"artifacts/bin/{project}/release/{project}.dll", "--results-directory", Results,
            "--logger", $"trx;LogFileName={project}.trx", "--logger", "console;verbosity=normal",
            "--blame-hang-timeout", "10m", "--blame-hang-dump-type", "none",
        ];
        if (filter is not null) { line = [.. line, "--filter", filter.AsSpan().ContainsAny('=', '~') ? filter : $"FullyQualifiedName~{filter}"]; }
        var code = Shell.Run(project, line, must: false, () => $"{seen} tests", onLine: text =>
        {
            var ended = text.TrimStart().Split(' ')[0];
            seen += ended is "Passed" or "Failed" or "Skipped" ? 1 : 0;
            if (ended is "Failed") { Console.WriteLine(text); }
        });
        var totals = Read($"{Results}/{project}.trx", project, code);
        Console.WriteLine($"{project}: {totals.Passed} passed, {totals.Failed.Count} failed, {totals.Skipped} skipped ({watch.Elapsed.TotalSeconds:0.0} s)");
        return totals;
    }

    /// <summary>Reads the result file and prints what did not pass; a run that ended badly without a failed test counts as one failure.</summary>
    private static Totals Read(string trx, string project, int code)
    {
        var (passed, skipped, failed) = (0, 0, new List<string>());
        var results = File.Exists(trx) ? XDocument.Load(trx).Descendants().Where(e => e.Name.LocalName == "UnitTestResult") : [];
        foreach (var result in results)
        {
            var (name, outcome) = ((string)result.Attribute("testName")!, (string?)result.Attribute("outcome"));
            var message = result.Descendants().FirstOrDefault(e => e.Name.LocalName is "Message")?.Value ?? "";
            switch (outcome)
            {
                case "Passed": passed++; break;
                case "NotExecuted": skipped++; Console.WriteLine($"skipped: {name}: {message}"); break;
                default: failed.Add(name); Console.WriteLine($"{name}\n{message}"); break;
            }
        }
        if (code != 0 && failed.Count == 0) { failed.Add($"{project}: the run ended with exit code {code} before all results were there"); }
        return new(passed, skipped, failed);
    }
}

internal static class Publishing
{
    private const string Target = "artifacts/publish";
    private const string Arm64Hash = "1f549d46250b005580b597f4164984aaf75b3bcb9f3aeb07c7f8a8fe60b23c76";

    public static int Run(List<string> args)
    {
        var (whole, dependent, runtime) = (args.Flag("--self-contained"), args.Flag("--framework-dependent"), args.Value("--runtime") ?? "linux-x64");
        args.End();
        var arm = runtime is "linux-arm64" || (runtime is "linux-x64" ? false : throw new Stop(2, $"publish: unknown runtime '{runtime}'"));
        if (whole && (dependent || arm)) { throw new Stop(2, "publish: --self-contained is for linux-x64 and excludes --framework-dependent"); }
        Setup.Run(Needs.Restore);
        Files.Recreate(Target);
        // Framework-dependent output is the same IL everywhere. arm64 has no start program and no .NET runtime on the package feed.
        string[] kind = whole ? ["-r", runtime, "--self-contained"] : ["--no-restore", $"-p:UseAppHost={(arm ? "false" : "true")}"];
        Shell.Run("publish", ["dotnet", "publish", "src/EdgePose", "-c", "Release", "-o", Target, .. kind, .. Verbs.MSBuild]);
        if (arm) { BringArm64Native(); }
        Console.WriteLine($"publish: {Target}, {runtime}, {(whole ? "self-contained" : "framework-dependent")}, {Files.Size(Target)}");
        Console.WriteLine($"start it with: {(arm ? $"dotnet {Target}/edgepose.dll" : $"{Target}/edgepose")}");
        return 0;
    }

    private static void BringArm64Native()
    {
        const string folder = "artifacts/assets/arm64";
        const string native = $"{folder}/node_modules/onnxruntime-node/bin/napi-v6/linux/arm64/libonnxruntime.so.1";
        if (!File.Exists(native))
        {
            Files.Recreate(folder);
            string[] install = ["npm", "install", "--prefix", folder, "--ignore-scripts", "--no-save", "--no-audit", "--no-fund"];
            Shell.Run("npm", [.. install, "onnxruntime-node@1.30.0"], measure: () => Files.Size(folder));
        }
        Files.Verify(native, Arm64Hash);
        File.Copy(native, $"{Target}/libonnxruntime.so", overwrite: true);
    }
}

/// <summary>Options are taken out of the argument list; what is left at the end is an error.</summary>
internal static class Options
{
    public static bool Flag(this List<string> args, string name) => args.Remove(name);

    public static string? Value(this List<string> args, string name)
    {
        var at = args.IndexOf(name);
        if (at < 0 || at + 1 == args.Count) { return null; }
        var value = args[at + 1];
        args.RemoveRange(at, 2);
        return value;
    }

    public static void End(this List<string> args)
    {
        if (args.Count > 0) { throw new Stop(2, $"unknown or incomplete option '{args[0]}'; see ./build.sh help"); }
    }
}

internal static class Files
{
    public const string Program = "artifacts/bin/EdgePose/release/edgepose.dll";

    public static string Hash(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    public static void Verify(string path, string expected)
    {
        var found = File.Exists(path) ? Hash(path) : "missing";
        if (found != expected) { throw new Stop(1, $"setup: {path}: SHA-256 is {found}, expected {expected}"); }
    }

    public static bool Holds(string path, string text) => File.Exists(path) && File.ReadAllText(path) == text;

    public static string Size(string folder)
    {
        if (!Directory.Exists(folder)) { return "0 MB"; }
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        // A file may vanish between listing and asking while a download runs.
        return $"{new DirectoryInfo(folder).EnumerateFiles("*", options).Sum(f => f.Exists ? f.Length : 0) / 1_000_000} MB";
    }

    public static void Recreate(string folder)
    {
        if (Directory.Exists(folder)) { Directory.Delete(folder, recursive: true); }
        Directory.CreateDirectory(folder);
    }
}

internal static class Shell
{
    private static Process? _child;

    public static bool Interrupted { get; private set; }

    /// <summary>Ctrl-C reaches a child by itself (same process group), SIGTERM is passed on; either way this program outlives its child.</summary>
    public static IDisposable HandleSignals()
    {
        foreach (var name in new[] { "DOTNET_CLI_TELEMETRY_OPTOUT", "DOTNET_NOLOGO" }) { Environment.SetEnvironmentVariable(name, "1"); }
        Environment.SetEnvironmentVariable("DOTNET_CLI_UI_LANGUAGE", "en");
        Console.CancelKeyPress += (_, e) => Interrupted = e.Cancel = true;
        return PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            Interrupted = context.Cancel = true;
            if (_child is { } child) { _ = kill(child.Id, 15); }
        });
    }

    public static bool Exists(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, program)) || File.Exists(Path.Combine(folder, program + ".cmd")));

    /// <summary>Runs a command with this program's own input and output.</summary>
    public static int Through(string[] line)
    {
        using var child = Start(line, capture: false, folder: "");
        child.WaitForExit();
        return child.ExitCode;
    }

    /// <summary>Runs a command silently but for one line every five seconds; when it fails and must not, its last lines are the error.</summary>
    public static int Run(string name, string[] line, bool must = true, Func<string>? measure = null, Action<string>? onLine = null, string folder = "")
    {
        var (watch, next, tail) = (Stopwatch.StartNew(), 5.0, new Queue<string>());
        using var child = Start(line, capture: true, folder);
        async Task Pump(StreamReader output)
        {
            while (await output.ReadLineAsync() is { } text)
            {
                lock (tail)
                {
                    tail.Enqueue(text);
                    if (tail.Count > 60) { tail.Dequeue(); }
                    onLine?.Invoke(text);
                }
            }
        }
        Task[] pumps = [Pump(child.StandardOutput), Pump(child.StandardError)];
        while (!child.WaitForExit(100))
        {
            if (watch.Elapsed.TotalSeconds < next) { continue; }
            next += 5;
            lock (tail) { Console.WriteLine($"  {name,-9}{measure?.Invoke() ?? tail.LastOrDefault("")} … {watch.Elapsed.TotalSeconds:0} s"); }
        }
        // Build servers started by the child may hold the pipe open, so do not wait for its end for ever.
        Task.WaitAll(pumps, TimeSpan.FromSeconds(2));
        if (Interrupted) { throw new Stop(130, "interrupted"); }
        lock (tail)
        {
            return child.ExitCode == 0 || !must ? child.ExitCode
                : throw new Stop(1, $"{string.Join('\n', tail)}\n{name}: exit code {child.ExitCode}: {string.Join(' ', line)}");
        }
    }

    private static Process Start(string[] line, bool capture, string folder)
    {
        var info = new ProcessStartInfo(line[0], line[1..]) { WorkingDirectory = folder, RedirectStandardOutput = capture, RedirectStandardError = capture };
        return _child = Process.Start(info) ?? throw new Stop(1, $"{line[0]} did not start");
    }

    [DllImport("libc")]
    private static extern int kill(int process, int signal);
}
