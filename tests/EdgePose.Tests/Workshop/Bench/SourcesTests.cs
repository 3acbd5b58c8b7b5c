using EdgePose.Domain;
using EdgePose.Networks.Families.EndToEnd;
using EdgePose.Networks.Families.Simcc;
using EdgePose.Networks.TopDown;
using EdgePose.Networks;
using EdgePose.Tests.Networks.Runtime;
using EdgePose.Workshop.Bench;

namespace EdgePose.Tests.Workshop.Bench;

public sealed class SourcesTests
{
    [Fact]
    public void SyntheticCamera_TwoOfThem_ShowTheSamePicturesAndTheyMove()
    {
        var (one, two) = (new SyntheticCamera(160, 90), new SyntheticCamera(160, 90));
        for (var i = 0; i < 8; i++)
        {
            using var a = one.Picture(i);
            using var b = two.Picture(i);
            using var next = one.Picture(i + 1);
            Assert.Equal(a.Pixels, b.Pixels);
            Assert.NotEqual(a.Pixels, next.Pixels);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void GivenBoxes_RunsTheDetectorAsOftenAsUsualAndThePoseNetworkForEveryBox(int people)
    {
        using var finder = TinyModel.Open(TinyModel.Describe(EndToEndFamily.Kind, 32, 32) with
        {
            Input = TinyModel.Describe(EndToEndFamily.Kind, 32, 32).Input with { Resize = ResizeRule.Letterbox },
        }, TinyModel.EndToEnd(32));
        using var pose = TinyModel.Open(TinyModel.Describe(SimccFamily.Kind, 48, 64, "coco17"), TinyModel.Simcc(17, 64, 48), 17);
        var detector = EstimatorFactory.Detector(finder);
        var inner = EstimatorFactory.TopDown(pose, detector, new TopDownOptions());
        var estimator = new GivenBoxes(inner, detector, people, detectEvery: 4);
        var poses = new PoseList(17);
        using var frame = new SyntheticCamera(160, 90).Picture(0);
        for (var i = 0; i < 8; i++) { estimator.Estimate(frame, poses); }
        Assert.Equal(people, poses.Count);
        Assert.Equal((2, 8 * people), (finder.Bindings.Sum(b => b.Runs), pose.Bindings.Sum(b => b.Runs)));
    }

    [Fact]
    public void PowerMeter_WithoutSensors_IsNotThere() => Assert.Null(PowerMeter.TryOpen("/nonexistent"));

    [Fact]
    public void PowerMeter_EnergyCounterOfThePackage_GivesMeanWatts()
    {
        var root = Directory.CreateTempSubdirectory("power-").FullName;
        try
        {
            // The package, and its cores, which are part of the package.
            foreach (var (name, energy) in new[] { ("intel-rapl:0", "1000000"), ("intel-rapl:0:0", "900000") })
            {
                Directory.CreateDirectory(Path.Combine(root, "powercap", name));
                File.WriteAllText(Path.Combine(root, "powercap", name, "energy_uj"), energy + "\n");
            }
            var meter = PowerMeter.TryOpen(root)!;
            meter.Start();
            File.WriteAllText(Path.Combine(root, "powercap", "intel-rapl:0", "energy_uj"), "31000000\n");
            Assert.Equal(15, meter.Watts(2));
            File.WriteAllText(Path.Combine(root, "powercap", "intel-rapl:0", "energy_uj"), "5\n");
            Assert.Null(meter.Watts(2));
        }
        finally { Directory.Delete(root, recursive: true); }
    }

    [Fact]
    public void PowerMeter_BoardSensor_GivesTheLargest()
    {
        var root = Directory.CreateTempSubdirectory("power-").FullName;
        try
        {
            foreach (var (name, power) in new[] { ("hwmon0", "2500000"), ("hwmon1", "7000000") })
            {
                Directory.CreateDirectory(Path.Combine(root, "hwmon", name));
                File.WriteAllText(Path.Combine(root, "hwmon", name, "power1_input"), power);
            }
            var meter = PowerMeter.TryOpen(root)!;
            meter.Start();
            meter.Sample();
            Assert.Equal(7, meter.Watts(1));
        }
        finally { Directory.Delete(root, recursive: true); }
    }

    [Fact]
    public void MachineMeter_BusyThread_IsSeen()
    {
        using var meter = new MachineMeter(TimeProvider.System);
        meter.Start();
        var until = Environment.TickCount64 + 300;
        while (Environment.TickCount64 < until) { Math.Sqrt(until); }
        meter.Stop();
        Assert.True(meter.CpuSeconds > 0 && meter.Seconds >= 0.25 && meter.Memory.RssPeak >= meter.Memory.RssEnd);
    }
}
