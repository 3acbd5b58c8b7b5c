using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using EdgePose.Benchmarks;

// "batch" measures what batches gain; everything that is not named here goes to BenchmarkDotNet.
if (args is ["batch", .. var batch]) { return BatchGain.Run(batch); }

// "spool" measures the durable queue on a folder.
if (args is ["spool", .. var spool]) { return await SpoolSpeed.RunAsync(spool); }

// "mqtt" measures what a message costs, against a broker on this machine.
if (args is ["mqtt", .. var mqtt]) { return await MqttSpeed.RunAsync(mqtt); }

// In this process: BenchmarkDotNet's own project per benchmark would need a restore of its own.
var config = DefaultConfig.Instance
    .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
    .WithArtifactsPath(Path.Combine("artifacts", "benchmarks"));
// Without arguments the switcher would ask on the terminal.
BenchmarkSwitcher.FromAssembly(typeof(FrameWork).Assembly).Run(args.Length == 0 ? ["--filter", "*"] : args, config);
return 0;
