using System.Text;

namespace EdgePose.Sinks.Mqtt.Mosquitto;

internal sealed unsafe partial class MosquittoConnection
{
    private const string SystemCertificates = "/etc/ssl/certs";

    private TimeSpan _sessionExpiry;

    /// <summary>Creates the instance with all its options; null when it is ready to connect, otherwise what the user must mend.</summary>
    public BrokerStatus? Create(MqttWill? will)
    {
        // A will is held back only as long as the session lives, and a client that starts clean ends its old session: a delayed will
        // therefore needs a session that outlives the connection and is taken up again. It holds nothing that we would miss or repeat.
        _sessionExpiry = _options.Version == MqttVersion.V5 && will is not null ? will.Delay : TimeSpan.Zero;
        _handle = Native.New(_options.ClientId, _sessionExpiry == TimeSpan.Zero, System.Runtime.InteropServices.GCHandle.ToIntPtr(_self));
        if (_handle == 0) { return new BrokerStatus(BrokerState.Refused, $"the MQTT library refuses the client id '{_options.ClientId}'"); }
        Check(Native.IntOption(_handle, Native.OptProtocolVersion, (int)_options.Version), "the protocol version");
        Check(Native.IntOption(_handle, Native.OptTcpNoDelay, 1), "TCP_NODELAY");
        Check(Native.ThreadedSet(_handle, true), "threads");
        Check(Native.MaxInFlightSet(_handle, MaxInFlight), "the window");
        SetCallbacks();
        SetCredentials();
        if (will is not null) { SetWill(will); }
        return _options.Tls ? SetTls() : null;
    }

    private void SetCredentials()
    {
        if (_options.User.Length == 0) { return; }
        if (_options.Password is not { } password)
        {
            Check(Native.UserPasswordSet(_handle, _options.User, null), "the user");
            return;
        }
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(password.Reveal().Length) + 1];
        try
        {
            Encoding.UTF8.GetBytes(password.Reveal(), bytes);
            fixed (byte* p = bytes) { Check(Native.UserPasswordSet(_handle, _options.User, p), "user and password"); }
        }
        finally
        {
            Array.Clear(bytes);
        }
    }

    private void SetWill(MqttWill will)
    {
        var properties = _options.Version == MqttVersion.V5 ? PropertyList.ForWill(will.Delay) : 0;
        fixed (byte* payload = will.Payload.Span)
        {
            // The library owns the properties from here on, unless the call fails.
            var rc = Native.WillSet(_handle, will.Topic, will.Payload.Length, payload, (int)MqttQos.AtLeastOnce, will.Retain, properties);
            if (rc != Native.Success) { Native.PropertyFreeAll(ref properties); }
            Check(rc, "the will");
        }
    }

    /// <summary>The only place that decides how TLS is switched on. Without one of the two branches the library would connect in plaintext.</summary>
    private BrokerStatus? SetTls()
    {
        foreach (var file in (ReadOnlySpan<string>)[_options.CaFile, _options.CertFile, _options.KeyFile])
        {
            if (file.Length > 0 && WhyUnreadable(file) is { } why) { return new BrokerStatus(BrokerState.TlsError, why); }
        }
        var (ca, cert, key) = (NullIfEmpty(_options.CaFile), NullIfEmpty(_options.CertFile), NullIfEmpty(_options.KeyFile));
        if (ca is null) { Check(Native.IntOption(_handle, Native.OptTlsUseOsCerts, 1), "the system's certificates"); }
        if (ca is not null || cert is not null)
        {
            // The library takes a client certificate only together with a CA file or folder.
            var rc = Native.TlsSet(_handle, ca, ca is null ? SystemCertificates : null, cert, key, &NoKeyPassword);
            if (rc != Native.Success) { return new BrokerStatus(BrokerState.TlsError, $"the TLS files are not usable: {Native.ErrorText(rc)}"); }
        }
        if (_options.Insecure)
        {
            Check(Native.TlsOptsSet(_handle, 0, null, null), "unverified TLS");
            Check(Native.TlsInsecureSet(_handle, true), "unverified TLS");
        }
        return null;
    }

    private static string? WhyUnreadable(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"cannot read {file}: {e.Message}";
        }
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static void Check(int rc, string what)
    {
        if (rc != Native.Success) { throw new InvalidOperationException($"libmosquitto refuses {what}: {Native.ErrorText(rc)}"); }
    }
}
