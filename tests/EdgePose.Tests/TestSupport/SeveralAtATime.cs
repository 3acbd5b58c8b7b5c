// Four at a time, because some wait. Tests that count a thread's allocations read too much when another test makes the collector run: they say
// DisableParallelization and run alone.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.All, MaxThreads = 4)]
