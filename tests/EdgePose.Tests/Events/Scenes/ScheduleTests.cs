using EdgePose.Events.Scenes;

namespace EdgePose.Tests.Events.Scenes;

public sealed class ScheduleTests
{
    private const int Monday = 1 << (int)DayOfWeek.Monday;

    [Theory]
    [InlineData("2026-11-23 08:00", true)] // a Monday
    [InlineData("2026-11-23 07:59", false)]
    [InlineData("2026-11-23 17:00", false)]
    [InlineData("2026-11-24 09:00", false)]
    public void Window_WithinADay_ContainsItsTimes(string local, bool expected) =>
        Assert.Equal(expected, new TimeWindow(Monday, TimeSpan.FromHours(8), TimeSpan.FromHours(17)).Contains(Parse(local)));

    [Theory]
    [InlineData("2026-11-23 22:30", true)]
    [InlineData("2026-11-24 05:59", true)] // began on Monday
    [InlineData("2026-11-24 06:00", false)]
    [InlineData("2026-11-24 22:30", false)]
    [InlineData("2026-11-23 05:00", false)] // would have begun on Sunday
    public void Window_OverMidnight_BelongsToTheDayOnWhichItBegins(string local, bool expected) =>
        Assert.Equal(expected, new TimeWindow(Monday, TimeSpan.FromHours(22), TimeSpan.FromHours(6)).Contains(Parse(local)));

    [Theory]
    [InlineData("2026-11-23 00:00", true)]
    [InlineData("2026-11-23 23:59", true)]
    [InlineData("2026-11-24 00:00", false)]
    public void Window_FromMidnightToMidnight_IsTheWholeDay(string local, bool expected) =>
        Assert.Equal(expected, new TimeWindow(Monday, TimeSpan.Zero, TimeSpan.Zero).Contains(Parse(local)));

    [Fact]
    public void IsOpen_UsesTheTimeOfThePlace()
    {
        var schedule = new Schedule([new TimeWindow(TimeWindow.EveryDay, TimeSpan.FromHours(13), TimeSpan.FromHours(14))]);
        Assert.False(schedule.IsOpen(Figures.Clock.At(0)));
        Assert.True(schedule.IsOpen(Figures.Clock.At(0, offsetMinutes: 60)));
    }

    private static DateTime Parse(string local) => DateTime.ParseExact(local, "yyyy-MM-dd HH:mm", null);
}
