using BenchmarkDotNet.Running;
using EdgePose.Benchmarks;

// "ratio" measures the whole pipeline against the bare network in one run; everything else goes to BenchmarkDotNet.
if (args is ["ratio", .. var rest]) { return await EndToEndRatio.RunAsync(rest); }
BenchmarkSwitcher.FromAssembly(typeof(EndToEndRatio).Assembly).Run(args);
return 0;
