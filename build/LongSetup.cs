/// <summary>
/// What only the long tests need: a second broker, a browser, ONNX Runtime in other versions, the program for arm64 and a system that it starts in, and the flavour
/// for NVIDIA. Kept out of the ordinary set-up because it is several hundred megabytes.
/// </summary>
internal static class LongSetup
{
    private const string Folder = "artifacts/assets/long", Natives = $"{Folder}/natives", Sysroot = $"{Folder}/arm64/sysroot";

    private static readonly string[] Debian = ["qemu-user-static", "libc6-arm64-cross", "libstdc++6-arm64-cross", "libgcc-s1-arm64-cross", "rabbitmq-server", "chromium"];

    /// <summary>ONNX Runtime for linux-x64 from onnxruntime-node: version and SHA-256 of the library.</summary>
    private static readonly (string Version, string Hash)[] FromNpm =
    [
        ("1.24.1", "53ef1ac028dd1b05554b8da28d9159eb3876f99868193d2aaa6e67f0243c23d4"),
        ("1.27.0", "d8aff4aa8abee8fb2abb2f2f2459ffc94461e781e41b9f7c072829dd0d470221"),
    ];

    /// <summary>As <see cref="FromNpm"/>, for what npm does not serve.</summary>
    private static readonly (string Version, string Hash) FromNuGet = ("1.31.1", "a96f132e5eb5ca04e23a7d2fc1078fb95aa591e8d71d0f237702ece3a1e0f4ea");

    /// <summary>What docs/dashboard.html wants beside it, for the test that opens the page: version and SHA-256 of the file.</summary>
    private static readonly (string Version, string Hash) MqttJs = ("5.16.0", "f3cbeae580d3010048938ee370f2db0c15d16e6f7fc147cb32ae5510e571b387");

    public static readonly Func<string?>[] Short = [Packages, Runtimes, Arm64, Browser];
    public static readonly Func<string?>[] All = [.. Short, Gpu];

    private static string? Packages() =>
        Shell.Exists("apt-get") ? Setup.Install(Debian) : throw new Stop(2, $"setup: the long tests need Debian's {string.Join(' ', Debian)}");

    private static string? Runtimes()
    {
        var done = FromNpm.Count(v => Bring(v, BringFromNpm)) + (Bring(FromNuGet, BringFromNuGet) ? 1 : 0);
        return done == 0 ? null : $"brought {done} versions of ONNX Runtime";
    }

    private static string? Browser()
    {
        const string target = $"{Folder}/mqtt.min.js", inside = "package/dist/mqtt.min.js";
        if (File.Exists(target) && Files.Hash(target) == MqttJs.Hash) { return null; }
        var temp = Path.GetFullPath($"{Folder}/.mqtt");
        Files.Recreate(temp);
        Shell.Run("npm", ["npm", "pack", $"mqtt@{MqttJs.Version}", "--silent"], folder: temp);
        Shell.Run("tar", ["tar", "-xzf", $"{temp}/mqtt-{MqttJs.Version}.tgz", "-C", temp, inside]);
        Files.Verify($"{temp}/{inside}", MqttJs.Hash);
        File.Move($"{temp}/{inside}", target, overwrite: true);
        Directory.Delete(temp, recursive: true);
        return $"brought mqtt.js {MqttJs.Version}";
    }

    private static bool Bring((string Version, string Hash) native, Func<string, string, string> bring)
    {
        var target = $"{Natives}/{native.Version}/libonnxruntime.so";
        if (File.Exists(target) && Files.Hash(target) == native.Hash) { return false; }
        var temp = Path.GetFullPath($"{Natives}/.partial");
        Files.Recreate(temp);
        var library = bring(native.Version, temp);
        Files.Verify(library, native.Hash);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Move(library, target, overwrite: true);
        Directory.Delete(temp, recursive: true);
        return true;
    }

    private static string BringFromNpm(string version, string temp)
    {
        const string library = "package/bin/napi-v6/linux/x64/libonnxruntime.so.1";
        Shell.Run("npm", ["npm", "pack", $"onnxruntime-node@{version}", "--silent"], measure: () => Files.Size(temp), folder: temp);
        Shell.Run("tar", ["tar", "-xzf", $"{temp}/onnxruntime-node-{version}.tgz", "-C", temp, library]);
        return $"{temp}/{library}";
    }

    private static string BringFromNuGet(string version, string temp)
    {
        File.WriteAllText($"{temp}/natives.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><RestorePackagesWithLockFile>false</RestorePackagesWithLockFile><RestorePackagesPath>{temp}</RestorePackagesPath></PropertyGroup>
              <ItemGroup><PackageDownload Include="Microsoft.ML.OnnxRuntime" Version="[{version}]" /></ItemGroup>
            </Project>
            """);
        Shell.Run("nuget", ["dotnet", "restore", $"{temp}/natives.csproj"], measure: () => Files.Size(temp));
        return $"{temp}/microsoft.ml.onnxruntime/{version}/runtimes/linux-x64/native/libonnxruntime.so";
    }

    private static string Arm64()
    {
        if (!File.Exists($"{Sysroot}/proc/cpuinfo")) { MakeSysroot(); }
        Publishing.Program($"{Folder}/arm64/program", "linux-arm64", whole: true, gpu: false);
        return $"published for arm64 {Files.Size($"{Folder}/arm64/program")}";
    }

    /// <summary>The libraries that the program finds on an arm64 Debian: C, C++ and OpenSSL, and a processor that ONNX Runtime understands.</summary>
    private static void MakeSysroot()
    {
        var temp = Path.GetFullPath($"{Folder}/arm64/.partial");
        Files.Recreate(Sysroot);
        Files.Recreate(temp);
        foreach (var folder in (string[])["lists/partial", "cache/archives/partial"]) { Directory.CreateDirectory($"{temp}/{folder}"); }
        Shell.Run("sysroot", ["cp", "-a", "/usr/aarch64-linux-gnu/lib", $"{Sysroot}/lib"]);
        // Package lists of its own: the machine's apt need not learn a second architecture.
        string[] apt =
        [
            "apt-get", "-q", "-o", "APT::Architecture=arm64", "-o", "APT::Architectures=arm64", "-o", $"APT::Sandbox::User={Environment.UserName}",
            "-o", $"Dir::State::lists={temp}/lists", "-o", $"Dir::Cache={temp}/cache", "-o", "Dir::State::status=/dev/null",
        ];
        Shell.Run("sysroot", [.. apt, "update"]);
        Shell.Run("sysroot", [.. apt, "download", "libssl3"], folder: temp);
        Shell.Run("sysroot", ["dpkg", "-x", Directory.GetFiles(temp, "*.deb").Single(), temp]);
        foreach (var library in Directory.GetFiles($"{temp}/usr/lib/aarch64-linux-gnu", "lib*.so.3")) { File.Copy(library, $"{Sysroot}/lib/{Path.GetFileName(library)}"); }
        Directory.Delete(temp, recursive: true);
        Directory.CreateDirectory($"{Sysroot}/proc");
        // Written last: it says that the rest is complete. Without it ONNX Runtime reads this machine's and crashes.
        File.WriteAllText($"{Sysroot}/proc/cpuinfo", """
            processor	: 0
            BogoMIPS	: 50.00
            Features	: fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid
            CPU implementer	: 0x41
            CPU architecture: 8
            CPU variant	: 0x1
            CPU part	: 0xd07
            CPU revision	: 0


            """);
    }

    private static string Gpu()
    {
        Publishing.Program($"{Folder}/gpu/program", "linux-x64", whole: false, gpu: true);
        return $"published for NVIDIA {Files.Size($"{Folder}/gpu/program")}";
    }
}
