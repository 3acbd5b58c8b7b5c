using EdgePose.Networks.Runtime;
using EdgePose.Networks.Scheduling;

namespace EdgePose.Tests.Networks.Scheduling;

/// <summary>Who gets the device, in simulated time.</summary>
public sealed class DeviceSchedulerTests(ITestOutputHelper output)
{
    private static readonly SchedulingSettings DropOnly = new() { Adaptive = false };

    private static double Busy(DeviceSimulation.Camera camera) => camera.Scheduled.Busy.TotalSeconds;

    private static void AssertAccounts(DeviceSimulation device)
    {
        foreach (var camera in device.Cameras)
        {
            var a = camera.Account;
            Assert.Equal(a.Received, a.Processed + a.Failed + a.Replaced + a.Stale + a.Refused + a.NoBuffer + a.Closed + a.Waiting + a.InWork);
        }
    }

    /// <summary>E-8: Jain index of the processed frames at least .95.</summary>
    [Theory]
    [InlineData(4)]
    [InlineData(16)]
    public void Overload_EqualStreams_GetEqualShares(int streams)
    {
        var device = new DeviceSimulation { Options = DropOnly };
        for (var i = 0; i < streams; i++) { device.Add(10, Costs.Fixed(3.0 / streams / 10), phase: i / (double)streams, jitter: 0.3); }
        device.Run(60);
        var jain = Figures.Jain(device.Cameras.Select(c => (double)c.Account.Processed));
        output.WriteLine($"{streams} streams at 3x capacity: Jain index {jain:0.0000}, utilisation {device.Load.Utilisation:0.00}");
        Assert.InRange(jain, 0.995, 1);
        Assert.InRange(device.Load.Utilisation, 2.8, 3.2);
        AssertAccounts(device);
    }

    [Fact]
    public void Overload_TwentyPeopleBesideOne_ShareTheTimeNotTheFrames()
    {
        var device = new DeviceSimulation { Options = DropOnly };
        var crowd = device.Add(10, Costs.Fixed(0.2), phase: 0.1);
        var alone = Enumerable.Range(0, 3).Select(i => device.Add(10, Costs.Fixed(0.05), phase: 0.3 * i)).ToList();
        device.Run(60);
        output.WriteLine($"crowd {crowd.Account.Processed / 60.0:0.0} fps and {Busy(crowd):0.0} s; the others {string.Join(", ", alone.Select(c => $"{c.Account.Processed / 60.0:0.0} fps and {Busy(c):0.0} s"))}");
        // Everybody asks for more than a quarter of the device, so everybody gets a quarter.
        Assert.All(device.Cameras, c => Assert.InRange(Busy(c), 14, 16));
        Assert.All(alone, c => Assert.True(c.Account.Processed > 3.5 * crowd.Account.Processed));
    }

    [Fact]
    public void Overload_FramesThatTheMachineHeldUp_DoNotCostAStreamItsShare()
    {
        var device = new DeviceSimulation { Options = DropOnly };
        var random = new Random(4);
        // Every fiftieth frame takes fifty times as long, wherever it falls, and the first one of two streams does.
        for (var i = 0; i < 16; i++)
        {
            var slowStart = i < 2;
            device.Add(5, (_, frame) => frame == 0 && slowStart ? 4 : random.Next(50) == 0 ? 2.5 : 0.05, phase: i / 16.0, jitter: 0.3);
        }
        device.Run(120);
        var jain = Figures.Jain(device.Cameras.Select(c => (double)c.Account.Processed));
        output.WriteLine($"Jain index {jain:0.0000}; {string.Join(' ', device.Cameras.Select(c => c.Account.Processed))}");
        Assert.InRange(jain, 0.97, 1);
    }

    [Fact]
    public void Overload_StreamThatAsksForLessThanItsShare_LosesNothing()
    {
        var device = new DeviceSimulation { Options = DropOnly };
        var modest = device.Add(2, Costs.Fixed(0.05), phase: 0.5);
        for (var i = 0; i < 5; i++) { device.Add(15, Costs.Fixed(0.05), phase: i / 5.0); }
        device.Run(60);
        var account = modest.Account;
        output.WriteLine($"modest stream: {account.Processed} of {account.Received} frames beside five greedy ones");
        Assert.InRange(account.Dropped, 0, 1);
        Assert.InRange(Figures.Jain(device.Cameras.Skip(1).Select(c => (double)c.Account.Processed)), 0.99, 1);
    }

    [Fact]
    public void Overload_Priority_SharesTheTimeInItsRatio()
    {
        var device = new DeviceSimulation { Options = DropOnly };
        var important = device.Add(20, Costs.Fixed(0.05), new ScheduledStreamSettings { Weight = 3 });
        var others = Enumerable.Range(1, 3).Select(i => device.Add(20, Costs.Fixed(0.05), phase: i / 4.0)).ToList();
        device.Run(60);
        output.WriteLine($"priority 3: {Busy(important):0.0} s; priority 1: {string.Join(", ", others.Select(c => $"{Busy(c):0.0} s"))}");
        Assert.InRange(Busy(important) / 60, 0.48, 0.52);
        Assert.All(others, c => Assert.InRange(Busy(c) / 60, 0.155, 0.18));
    }

    [Fact]
    public void Overload_StreamThatComesBack_HasSavedNothingUpAndTakesNothingFromTheOthers()
    {
        var device = new DeviceSimulation { Options = DropOnly };
        for (var i = 0; i < 4; i++) { device.Add(20, Costs.Fixed(0.05), phase: i / 4.0); }
        var guest = device.Cameras[3];
        device.Run(10);
        guest.TurnOff();
        device.Run(60);
        Assert.Equal(0, guest.Account.Waiting);
        guest.TurnOn();
        var before = device.Cameras.Select(Busy).ToArray();
        device.Run(2);
        var gained = device.Cameras.Select((c, i) => Busy(c) - before[i]).ToList();
        output.WriteLine($"in the two seconds after its return: {string.Join(", ", gained.Select(g => $"{g:0.00} s"))}");
        // A quarter of it each, give or take two frames.
        Assert.All(gained, g => Assert.InRange(g, 0.39, 0.61));
        AssertAccounts(device);
    }

    [Fact]
    public void Frame_OlderThanItMayBe_IsDroppedAndCountedAndNeverProcessed()
    {
        var device = new DeviceSimulation { Options = DropOnly };
        var brief = device.Add(10, Costs.Fixed(0.01), phase: 0.5);
        // A second of work holds the device while the other stream ends: its last frame waits for most of it.
        var slow = device.Add(0.5, (_, frame) =>
        {
            if (frame != 1) { return 0.01; }
            device.Work(0.2);
            brief.TurnOff();
            return 0.8;
        });
        device.Run(5);
        Assert.Equal(1, brief.Account.Stale);
        Assert.All(device.Frames.Where(f => f.Stream == brief.Scheduled.Id), f => Assert.InRange(f.Age - f.Service, 0, 0.2));
        Assert.Equal((3, 0), (slow.Account.Processed, slow.Account.Dropped));
        AssertAccounts(device);
    }

    [Fact]
    public void Frame_WithAGreatestAgeOfItsOwn_IsHeldToThat()
    {
        var device = new DeviceSimulation { Options = DropOnly };
        device.Add(20, Costs.Fixed(0.137), jitter: 0.5);
        device.Add(20, Costs.Fixed(0.137), new ScheduledStreamSettings { MaxAge = TimeSpan.FromMilliseconds(15) }, phase: 0.5, jitter: 0.5);
        device.Run(30);
        var strict = device.Frames.Where(f => f.Stream == "s1").ToList();
        Assert.NotEmpty(strict);
        Assert.All(strict, f => Assert.InRange(f.Age - f.Service, 0, 0.0151));
        Assert.True(device.Cameras[1].Account.Stale > 50);
        Assert.Equal(0, device.Cameras[0].Account.Stale);
    }

    [Fact]
    public void Recording_BesideLiveStreams_LosesNoFrameAndTakesNoMoreThanItsShare()
    {
        var device = new DeviceSimulation();
        var recording = device.Add(0, Costs.Stages(4, 0.02, 0.05));
        var live = Enumerable.Range(0, 3).Select(i => device.Add(5, Costs.Stages(1, 0.03, 0.02), phase: i / 3.0)).ToList();
        device.Run(60);
        output.WriteLine($"recording: {recording.Account.Processed} frames in {Busy(recording):0.0} s; ladder at {device.Load.Step}, utilisation {device.Load.Utilisation:0.00}");
        Assert.Equal(0, recording.Account.Dropped);
        Assert.Same(Quality.Full, recording.Scheduled.Quality);
        // The live streams want .51 of the device, less than their three quarters: the recording fills the rest and is no reason to save.
        Assert.All(live, c => Assert.InRange(c.Account.Dropped, 0, 3));
        Assert.InRange(Busy(recording) / 60, 0.4, 0.52);
        Assert.Equal((0, 0), (device.Load.Step, device.Steps.Count));
    }

    [Fact]
    public void Overload_FreshFramesFirst_AreYoungerThanTheBoundByFar()
    {
        var device = new DeviceSimulation { Options = DropOnly };
        for (var i = 0; i < 8; i++) { device.Add(10, Costs.Fixed(0.05), phase: i / 8.0, jitter: 0.2); }
        device.Run(60);
        var mean = device.Frames.Average(f => f.Age - f.Service);
        output.WriteLine($"frames wait {1000 * mean:0} ms on average at an interval of 100 ms and 4x capacity");
        // In the order of their arrival they would wait half an interval.
        Assert.InRange(mean, 0, 0.035);
    }

    [Fact]
    public void Load_BelowCapacity_EarliestDeadlinesFirst_DropsNothing()
    {
        var device = new DeviceSimulation();
        device.Add(30, Costs.Fixed(0.005), phase: 0.3);
        for (var i = 0; i < 6; i++) { device.Add(4, Costs.Fixed(0.02)); } // all at once: a burst of 120 ms
        device.Run(60);
        output.WriteLine(string.Join(", ", device.Cameras.Select(c => $"{c.Account.Dropped} of {c.Account.Received}")));
        Assert.All(device.Cameras.Skip(1), c => Assert.Equal(0, c.Account.Dropped));
        // Three intervals of the fast stream pass in the burst; with its earlier deadlines it gets in between.
        Assert.InRange(device.Cameras[0].Account.Dropped, 0, 60);
        Assert.Equal(0, device.Load.Step);
    }

    [Fact]
    public void Network_ThatHangsForOneStream_IsGivenPausesSoThatTheOthersGoOn()
    {
        const double Deadline = 1;
        var device = new DeviceSimulation();
        var bad = device.Add(5, (_, frame) => throw Hang(device));
        var good = device.Add(5, Costs.Fixed(0.02), phase: 0.5);
        device.Run(120);
        output.WriteLine($"the bad stream missed {bad.Scheduled.Missed} times, the good one got {good.Account.Processed} of {good.Account.Received}");
        // Once a pause: 10, 20, 40 … seconds.
        Assert.InRange(bad.Scheduled.Missed, 3, 7);
        Assert.InRange(good.Account.Processed, 0.92 * good.Account.Received, good.Account.Received);
        Assert.Equal((bad.Scheduled.Missed, 0), (bad.Account.Failed, bad.Account.Processed));
        Assert.Equal(0, device.Load.Step);
        AssertAccounts(device);

        static RunDeadlineException Hang(DeviceSimulation device)
        {
            device.Work(Deadline);
            return new RunDeadlineException("too long");
        }
    }

    /// <summary>F25 in simulated time: sixteen streams at four times the capacity for two minutes.</summary>
    [Fact]
    public void Overload_SixteenStreamsFourfoldForTwoMinutes_StaysFreshFairAndAccounted()
    {
        const double Interval = 0.2, Service = 4 * Interval / 16;
        var device = new DeviceSimulation { Options = DropOnly };
        for (var i = 0; i < 16; i++) { device.Add(1 / Interval, Costs.Fixed(Service), phase: i / 16.0, jitter: 0.4); }
        device.Run(120);
        var p99 = Figures.Percentile(device.Frames.Select(f => f.Age), 0.99);
        var jain = Figures.Jain(device.Cameras.Select(c => (double)c.Account.Processed));
        var (received, dropped) = (device.Cameras.Sum(c => c.Account.Received), device.Cameras.Sum(c => c.Account.Dropped));
        output.WriteLine($"utilisation {device.Load.Utilisation:0.00}; p99 age {1000 * p99:0} ms, bound {1000 * (2 * Interval + Service):0} ms; Jain index {jain:0.0000}; {received} received, {dropped} dropped; queue {device.LongestQueue}");
        Assert.InRange(device.Load.Utilisation, 3.7, 4.3);
        Assert.InRange(p99, 0, 2 * Interval + Service);
        Assert.InRange(jain, 0.95, 1);
        Assert.Equal(1, device.LongestQueue);
        // All of the device, and no more.
        Assert.InRange(device.Frames.Count * Service, 119, 120.1);
        Assert.InRange(received, 16 * 120 / Interval - 16, 16 * 120 / Interval + 16);
        AssertAccounts(device);
    }
}
