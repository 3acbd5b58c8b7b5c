namespace EdgePose.Service;

/// <summary>
/// Whether the device has been overloaded for a while. At every start the first runs of the networks are slow, and the load ladder finds its
/// step within seconds: that is no state to be told of. One caller at a time; read from any thread.
/// </summary>
internal sealed class OverloadMeter
{
    /// <summary>Reports, one a second.</summary>
    private const int Lasting = 30;

    private int _reports;

    public bool IsLasting => Volatile.Read(ref _reports) >= Lasting;

    /// <summary>To be called with each report.</summary>
    /// <param name="step">Of the load ladder.</param>
    public void Add(int step) => Volatile.Write(ref _reports, step > 0 ? Math.Min(_reports + 1, Lasting) : 0);
}
