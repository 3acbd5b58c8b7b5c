using EdgePose.Networks.Estimation;
using EdgePose.Networks.Scheduling;

namespace EdgePose.Tests.Networks.Scheduling;

/// <summary>The ladder and its controller: alone, and with streams that obey it, in simulated time.</summary>
public sealed class LadderTests(ITestOutputHelper output)
{
    private static string Story(DeviceSimulation device) => string.Join(", ", device.Steps.Select(s => $"{s.At.TotalSeconds:0.0} s: {s.Step}"));

    /// <summary>Times at which the direction turns from up to down.</summary>
    private static List<TimeSpan> Oscillations(DeviceSimulation device)
    {
        var found = new List<TimeSpan>();
        for (var i = 1; i < device.Steps.Count; i++)
        {
            var before = i > 1 ? device.Steps[i - 2].Step : 0;
            if (device.Steps[i].Step > device.Steps[i - 1].Step && device.Steps[i - 1].Step < before) { found.Add(device.Steps[i].At); }
        }
        return found;
    }

    private static void AssertAtMostOneOscillationIn30Seconds(DeviceSimulation device)
    {
        var turns = Oscillations(device);
        for (var i = 1; i < turns.Count; i++) { Assert.True(turns[i] - turns[i - 1] >= TimeSpan.FromSeconds(30), Story(device)); }
    }

    /// <summary>E-4: service time x 3 for ten minutes, E-5: and back again.</summary>
    [Fact]
    public void ServiceTimeTimesThree_StaysFreshWithoutGrowthAndIsBackAtFullQualityWithinTenSeconds()
    {
        const double Service = 0.06;
        var device = new DeviceSimulation();
        var camera = device.Add(10, Costs.Stages(2, Service / 2, 0), jitter: 0.2);
        device.Run(20);
        Assert.Empty(device.Steps);
        camera.Slowdown = 3;
        device.Run(2);
        var settled = device.Now;
        device.Run(598);
        var overloaded = device.Frames.Where(f => f.At > settled).ToList();
        var limit = 1.5 * 3 * Service;
        var (first, last) = (P95(overloaded, settled, 60), P95(overloaded, settled + TimeSpan.FromSeconds(538), 60));
        output.WriteLine($"p95 age {1000 * P95(overloaded, settled, 600):0} ms, bound {1000 * limit:0} ms; first minute {1000 * first:0} ms, last minute {1000 * last:0} ms; queue {device.LongestQueue}; {Story(device)}");
        Assert.InRange(P95(overloaded, settled, 600), 0, limit);
        Assert.InRange(last, 0, 1.05 * first);
        Assert.Equal(1, device.LongestQueue);
        AssertAtMostOneOscillationIn30Seconds(device);

        var (end, before) = (device.Now, device.Steps.Count);
        camera.Slowdown = 1;
        device.Run(60);
        var full = device.Steps.Skip(before).First(s => s.Step == 0).At - end;
        output.WriteLine($"full quality {full.TotalSeconds:0.0} s after the overload");
        Assert.InRange(full.TotalSeconds, 0, 10);
        Assert.Equal(0, device.Load.Step);
        AssertAtMostOneOscillationIn30Seconds(device);
        var rate = device.Frames.Count(f => f.At > end + TimeSpan.FromSeconds(10) && f.Quality.PosePeriod == 1) / 50.0;
        Assert.InRange(rate, 9.8, 10.2);

        static double P95(List<DeviceSimulation.Served> frames, TimeSpan from, double seconds) =>
            Figures.Percentile(frames.Where(f => f.At >= from && f.At < from + TimeSpan.FromSeconds(seconds)).Select(f => f.Age), 0.95);
    }

    /// <summary>E-5 from the last rung.</summary>
    [Theory]
    [InlineData(1, 30, 30)]
    [InlineData(4, 15, 12)]
    [InlineData(16, 5, 8)]
    public void OverloadBeyondTheLadder_GoesToTheLastRungAndIsBackWithinTenSeconds(int streams, double fps, double slowdown)
    {
        var device = new DeviceSimulation();
        for (var i = 0; i < streams; i++) { device.Add(fps, Costs.Stages(6, 0.5 / streams / fps / 8, 0.5 / streams / fps / 4), phase: i / (double)streams, jitter: 0.3); }
        device.Run(20);
        Assert.Empty(device.Steps);
        foreach (var camera in device.Cameras) { camera.Slowdown = slowdown; }
        device.Run(60);
        var deepest = device.Load.Step;
        var end = device.Now;
        foreach (var camera in device.Cameras) { camera.Slowdown = 1; }
        device.Run(60);
        output.WriteLine($"{streams} streams: down to {deepest}; {Story(device)}; end of the overload at {end.TotalSeconds} s");
        Assert.InRange(deepest, 3, Ladder.Last);
        Assert.Equal(0, device.Load.Step);
        Assert.InRange((device.Steps[^1].At - end).TotalSeconds, 0, 10);
        AssertAtMostOneOscillationIn30Seconds(device);
    }

    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(0.9, 1)]
    [InlineData(1.15, 1)]
    [InlineData(1.5, 2)]
    [InlineData(2.5, 3)]
    [InlineData(4, 5)]
    public void SteadyLoad_FindsARungThatCarriesItAndStays(double load, int least)
    {
        var device = new DeviceSimulation();
        const int Streams = 8;
        const double Fps = 10;
        var share = load / Streams / Fps;
        // Six tenths for poses of six people, four tenths for the detector.
        for (var i = 0; i < Streams; i++) { device.Add(Fps, Costs.Stages(6, 0.6 * share / 6, 5 * 0.4 * share), phase: i / (double)Streams, jitter: 0.5); }
        device.Run(300);
        output.WriteLine($"load {load}: {Story(device)}; utilisation {device.Load.Utilisation:0.00}");
        Assert.InRange(device.Load.Step, least, least + 2);
        if (load < 3) { Assert.InRange(device.Load.Utilisation, 0, 0.9); }
        AssertAtMostOneOscillationIn30Seconds(device);
        // In five minutes: a load that fits no rung well is tried again until it is known what the rungs are worth.
        Assert.InRange(Oscillations(device).Count, 0, 3);
    }

    [Fact]
    public void LoadThatComesAndGoes_FollowsItWithoutMoreThanOneOscillationIn30Seconds()
    {
        var device = new DeviceSimulation();
        for (var i = 0; i < 8; i++) { device.Add(10, Costs.Stages(4, 0.0012, 0.006), phase: i / 8.0, jitter: 0.5); }
        for (var round = 0; round < 30; round++)
        {
            foreach (var camera in device.Cameras) { camera.Slowdown = round % 2 == 0 ? 1 : 4; }
            device.Run(7);
        }
        output.WriteLine(Story(device));
        AssertAtMostOneOscillationIn30Seconds(device);
    }

    [Fact]
    public void StreamsThatLeave_GiveTheirQualityBackToTheOthers()
    {
        var device = new DeviceSimulation();
        for (var i = 0; i < 12; i++) { device.Add(10, Costs.Stages(4, 0.005, 0.01), phase: i / 12.0, jitter: 0.3); }
        device.Run(30);
        var before = device.Load;
        foreach (var camera in device.Cameras.Skip(2)) { camera.TurnOff(); }
        var left = device.Now;
        device.Run(30);
        output.WriteLine($"twelve streams: step {before.Step}, utilisation {before.Utilisation:0.00}; {Story(device)}");
        Assert.InRange(before.Step, 3, Ladder.Last);
        Assert.Equal(0, device.Load.Step);
        Assert.InRange((device.Steps[^1].At - left).TotalSeconds, 0, 10);
        foreach (var camera in device.Cameras.Skip(2)) { camera.TurnOn(); }
        device.Run(30);
        Assert.InRange(device.Load.Step, 3, Ladder.Last);
    }

    [Fact]
    public void TargetAge_OlderFrames_LowerTheQualityThoughTheDeviceHasTime()
    {
        var device = new DeviceSimulation { Options = new SchedulingSettings { TargetAge = TimeSpan.FromMilliseconds(150) } };
        // Six cameras in step: the last of them waits for the other five.
        for (var i = 0; i < 6; i++) { device.Add(2, Costs.Stages(1, 0.05, 0)); }
        device.Run(20);
        output.WriteLine($"utilisation {device.Load.Utilisation:0.00}, lateness {device.Load.Lateness:0.00}; {Story(device)}");
        Assert.InRange(device.Load.Step, 1, Ladder.Last);

        var without = new DeviceSimulation();
        for (var i = 0; i < 6; i++) { without.Add(2, Costs.Stages(1, 0.05, 0)); }
        without.Run(20);
        Assert.Equal(0, without.Load.Step);
    }

    [Fact]
    public void NotAdaptive_KeepsFullQualityUnderAnyLoad()
    {
        var device = new DeviceSimulation { Options = new SchedulingSettings { Adaptive = false } };
        device.Add(10, Costs.Stages(10, 0.1, 0.1));
        device.Run(30);
        Assert.All(device.Frames, f => Assert.Same(Quality.Full, f.Quality));
        Assert.True(device.Load.Utilisation > 5);
    }

    [Fact]
    public void Ladder_EachRung_IsCheaperThanTheOneBeforeAndNumbered()
    {
        var rungs = Ladder.For(1);
        Assert.Same(Quality.Full, rungs[0]);
        Assert.Equal(Enumerable.Range(0, rungs.Length), rungs.Select(r => r.Step));
        Assert.Equal(Ladder.Last, rungs.Length - 1);
        for (var i = 1; i < rungs.Length; i++)
        {
            var (a, b) = (rungs[i - 1], rungs[i]);
            Assert.True(b.PosePeriod >= a.PosePeriod && b.DetectorFactor >= a.DetectorFactor && b.MaxPeople <= a.MaxPeople && (b.SmallInput || !a.SmallInput));
            Assert.NotEqual(a with { Step = i }, b);
            Assert.Equal(b, Ladder.Rung(i));
        }
        Assert.Equal([6, 3, 1], [Ladder.For(1)[6].MaxPeople, Ladder.For(0.5)[6].MaxPeople, Ladder.For(0.01)[6].MaxPeople]);
    }

    [Fact]
    public void Controller_OneStepAtATime_DownByTwoLooksOrAtOnceWhenFar_UpAfterThreeQuietSeconds()
    {
        var controller = new LoadController(0.8, Ladder.Last);
        var now = TimeSpan.Zero;
        bool Look(double utilisation, double age = 0, double above = 0) => controller.Look(utilisation, above, age, now += LoadController.Period);

        Assert.False(Look(0.9));
        Assert.True(Look(0.9));
        Assert.False(Look(0, age: 1.1));
        Assert.True(Look(0, age: 1.1));
        Assert.True(Look(5));
        Assert.True(Look(5));
        Assert.Equal((4, 4), (controller.Step, controller.Changes));
        // Between the thresholds nothing happens.
        for (var i = 0; i < 100; i++) { Assert.False(Look(0.7)); }
        for (var i = 0; i < 100; i++) { Assert.False(Look(0.5, age: 0.7)); }
        // The first quiet look begins the three seconds.
        for (var i = 0; i < 6; i++) { Assert.False(Look(0.5)); }
        Assert.True(Look(0.5));
        Assert.False(Look(0.5));
        Assert.True(Look(0.5));
        Assert.True(Look(0.1));
        Assert.Equal(1, controller.Step);
        Assert.False(Look(0.7));
        for (var i = 0; i < 6; i++) { Assert.False(Look(0.1)); }
        Assert.True(Look(0.1));
        Assert.Equal(0, controller.Step);
        Assert.False(Look(0));
    }

    [Fact]
    public void Controller_RungAboveThatWouldNotFit_IsNotTried()
    {
        var controller = new LoadController(0.8, Ladder.Last);
        var now = TimeSpan.Zero;
        while (controller.Step < 1) { controller.Look(1, 1, 0, now += LoadController.Period); }
        for (var i = 0; i < 200; i++) { Assert.False(controller.Look(0.5, 0.9, 0, now += LoadController.Period)); }
        Assert.True(controller.Look(0.5, 0.7, 0, now += LoadController.Period));
    }

    [Fact]
    public void Controller_WayUpThatDidNotLast_IsNotRepeatedForHalfAMinute()
    {
        var controller = new LoadController(0.8, Ladder.Last);
        var now = TimeSpan.Zero;
        var attempts = new List<double>();
        // A load that the first rung brings to .5 and full quality to 1, and nobody has told what to expect.
        while (now < TimeSpan.FromMinutes(5))
        {
            var before = controller.Step;
            controller.Look(controller.Step == 0 ? 1 : 0.5, 0.5, 0, now += LoadController.Period);
            if (controller.Step < before) { attempts.Add(now.TotalSeconds); }
        }
        output.WriteLine($"attempts at {string.Join(", ", attempts)} s");
        Assert.InRange(attempts.Count, 2, 10);
        for (var i = 1; i < attempts.Count; i++) { Assert.InRange(attempts[i] - attempts[i - 1], 30, 36); }
    }
}
