/// <summary>Makes runnable programs of the product.</summary>
internal static class Publishing
{
    private const string Target = "artifacts/publish";
    private static readonly string[] Runtimes = ["linux-x64", "linux-arm64"];

    public static int Run(List<string> args)
    {
        var (whole, dependent, gpu) = (args.Remove("--self-contained"), args.Remove("--framework-dependent"), args.Remove("--gpu"));
        var runtime = args.Value("--runtime") ?? Runtimes[0];
        args.End();
        if (!Runtimes.Contains(runtime)) { throw new Stop(2, $"publish: --runtime is one of {string.Join(", ", Runtimes)}, not '{runtime}'"); }
        if (whole && dependent) { throw new Stop(2, "publish: choose --self-contained or --framework-dependent"); }
        if (gpu && runtime != "linux-x64") { throw new Stop(2, "publish: --gpu is for linux-x64; a Jetson's own library is named in inference.runtime_library"); }
        Setup.Run(Setup.Product);
        Program(Target, runtime, whole, gpu);
        Console.WriteLine($"publish: {Target}/edgepose ({Files.Size(Target)})");
        return 0;
    }

    /// <summary>Puts the default models beside their descriptors, so that the program starts wherever it is copied to.</summary>
    private static void Carry(string folder)
    {
        foreach (var (_, name, _) in Setup.DefaultModels)
        {
            foreach (var file in (string[])[$"{name}.onnx", $"{name}.onnx.sha256"]) { File.Copy($"artifacts/assets/models/{file}", $"{folder}/models/{file}"); }
        }
    }

    /// <summary>Publishes the program for one processor into <paramref name="folder"/>, which is made anew. The default models have been set up.</summary>
    public static void Program(string folder, string runtime, bool whole, bool gpu)
    {
        Files.Recreate(folder);
        string[] kind = ["-r", runtime, whole ? "--self-contained" : "--no-self-contained", "-p:RestoreLockedMode=true"];
        string[] flavour = gpu ? ["-p:OnnxRuntimeGpu=true"] : [];
        Shell.Run("publish", ["dotnet", "publish", "src/EdgePose.Program", "-c", "Release", "-o", folder, .. kind, .. flavour, .. Verbs.MSBuild]);
        Carry(folder);
    }
}
