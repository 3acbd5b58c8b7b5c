using System.Threading.Channels;

namespace EdgePose.Delivery;

/// <summary>A wake-up for one waiter. It is a flag, not a queue: one waiting is as good as many.</summary>
internal sealed class WakeUp
{
    private readonly Channel<bool> _flag = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Signal() => _flag.Writer.TryWrite(true);

    public async ValueTask WaitAsync(CancellationToken stop) => await _flag.Reader.ReadAsync(stop).ConfigureAwait(false);
}
