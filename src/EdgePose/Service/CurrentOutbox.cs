using EdgePose.Delivery;

namespace EdgePose.Service;

/// <summary>The outbox of the moment: another broker exchanges it while the streams go on.</summary>
internal sealed class CurrentOutbox(Outbox first)
{
    private volatile Outbox _now = first;

    public Outbox Now
    {
        get => _now;
        set => _now = value;
    }
}
