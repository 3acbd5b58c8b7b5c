// Tests that count a thread's allocations read too much when another test makes the collector run; one at a time they are exact.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
