using System.Diagnostics.CodeAnalysis;

namespace EdgePose.Streams;

/// <summary>
/// Lets few sources be opened at a time: opening one costs a second of a slow processor, and thirteen at once would all come too late. Sources that
/// never answered wait for one another and for nobody else; a source that costs time without work gives its place up to the next. The queue is
/// bounded by the number of streams; nothing is dropped.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Places come back after the streams have ended; a SemaphoreSlim without wait handle holds nothing.")]
internal sealed class ConnectGate
{
    private static readonly TimeSpan WorkTakesAtMost = TimeSpan.FromSeconds(3);
    private readonly SemaphoreSlim _fresh, _silent;
    private readonly TimeProvider _time;

    /// <param name="places">How many are opened at a time.</param>
    /// <param name="time">Clock of the limit.</param>
    public ConnectGate(int places, TimeProvider time) => (_fresh, _silent, _time) = (new SemaphoreSlim(places), new SemaphoreSlim(places), time);

    /// <summary>As many places as this machine has use for.</summary>
    public static int Places => Math.Clamp(2 * Environment.ProcessorCount, 4, 8);

    /// <summary>Waits for a place; dispose it when the source has answered.</summary>
    /// <param name="silent">The source did not answer the last time, and has not for long.</param>
    /// <param name="stop">Ends the waiting.</param>
    public async Task<IDisposable> EnterAsync(bool silent, CancellationToken stop)
    {
        var places = silent ? _silent : _fresh;
        await places.WaitAsync(stop).ConfigureAwait(false);
        return new Place(places, silent ? null : _time);
    }

    private sealed class Place : IDisposable
    {
        private readonly SemaphoreSlim _places;
        private readonly ITimer? _limit;
        private int _given;

        public Place(SemaphoreSlim places, TimeProvider? time)
        {
            _places = places;
            _limit = time?.CreateTimer(static place => ((Place)place!).GiveBack(), this, WorkTakesAtMost, Timeout.InfiniteTimeSpan);
        }

        public void Dispose()
        {
            _limit?.Dispose();
            GiveBack();
        }

        private void GiveBack()
        {
            if (Interlocked.Exchange(ref _given, 1) == 0) { _places.Release(); }
        }
    }
}
