using EdgePose.SystemTests.Daemon;
using EdgePose.SystemTests.Ingest;

// Most tests wait for somebody: a camera, a broker, a start. Those that count what this process holds say DisableParallelization and run alone.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.All, MaxThreads = 6)]
[assembly: AssemblyFixture(typeof(DaemonFixture))]
[assembly: AssemblyFixture(typeof(IngestFixture))]
