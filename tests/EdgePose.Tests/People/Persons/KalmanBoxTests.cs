using EdgePose.Domain;
using EdgePose.People.Persons;

namespace EdgePose.Tests.People.Persons;

public sealed class KalmanBoxTests
{
    [Fact]
    public void Predict_InManySmallSteps_EqualsOneStep()
    {
        var once = new KalmanAxis(10, 4, 9) { Velocity = 3, Covariance = 1 };
        var often = once;
        once.Predict(0.7, 25);
        for (var i = 0; i < 7; i++) { often.Predict(0.1, 25); }
        Assert.Equal(once.Position, often.Position, 1e-9);
        Assert.Equal(once.VarPosition, often.VarPosition, 1e-9);
        Assert.Equal(once.Covariance, often.Covariance, 1e-9);
        Assert.Equal(once.VarVelocity, often.VarVelocity, 1e-9);
    }

    [Fact]
    public void Predict_FromRest_GrowsAsTheFormulaSays()
    {
        var axis = new KalmanAxis(0, 0, 0);
        axis.Predict(2, 3);
        Assert.Equal((8.0, 6.0, 6.0), (axis.VarPosition, axis.Covariance, axis.VarVelocity));
    }

    [Fact]
    public void Update_WithoutProcessNoise_EqualsLinearRegression()
    {
        // Irregular times; a diffuse prior and no process noise make the filter the least-squares line through the measurements.
        double[] times = [0, 0.03, 0.21, 0.4, 0.95, 1.0], values = [3, 4.2, 9.5, 15, 31.4, 33];
        var axis = new KalmanAxis(values[0], 1, 1e12);
        for (var i = 1; i < times.Length; i++)
        {
            axis.Predict(times[i] - times[i - 1], 0);
            axis.Update(values[i], 1);
        }
        var (mt, mv) = (times.Average(), values.Average());
        var slope = times.Zip(values, (t, v) => (t - mt) * (v - mv)).Sum() / times.Sum(t => (t - mt) * (t - mt));
        Assert.Equal(slope, axis.Velocity, 1e-6);
        Assert.Equal(mv + slope * (1.0 - mt), axis.Position, 1e-6);
        Assert.Equal(1 / times.Sum(t => (t - mt) * (t - mt)), axis.VarVelocity, 1e-6);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(5)]
    [InlineData(3)]
    public void Box_ConstantVelocity_IsFoundInSecondsAtEveryRate(double fps)
    {
        var motion = new KalmanBox(At(0));
        for (var i = 1; i <= 2 * fps; i++)
        {
            motion.Predict(1 / fps);
            motion.Update(At(i / fps), 1);
        }
        Assert.Equal(90, motion.CenterX.Velocity, 2.0);
        Assert.Equal(-30, motion.CenterY.Velocity, 2.0);
        Assert.Equal(0, motion.Height.Velocity, 2.0);

        static Box At(double t) => new((float)(90 * t), (float)(-30 * t), (float)(60 + 90 * t), (float)(150 - 30 * t));
    }

    [Fact]
    public void Box_TwiceTheSize_MovesTwiceAsFar()
    {
        var (one, two) = (new KalmanBox(new Box(0, 0, 40, 100)), new KalmanBox(new Box(0, 0, 80, 200)));
        one.Predict(0.2);
        two.Predict(0.2);
        one.Update(new Box(10, 5, 50, 105), 1);
        two.Update(new Box(20, 10, 100, 210), 1);
        Assert.Equal(2 * one.CenterX.Velocity, two.CenterX.Velocity, 1e-3);
        Assert.Equal(2 * one.CenterY.Position, two.CenterY.Position, 1e-3);
        Assert.Equal(2 * one.Speed, two.Speed, 1e-3);
    }
}
