// Tests that count a thread's allocations read too much when another test makes the collector run; one at a time they are exact.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
