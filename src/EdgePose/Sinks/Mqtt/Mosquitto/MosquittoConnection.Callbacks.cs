using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EdgePose.Sinks.Mqtt.Mosquitto;

// Called by the library. No exception may cross into C: each callback is a supervisor boundary that ends the connection with the reason.
internal sealed unsafe partial class MosquittoConnection
{
    private void SetCallbacks()
    {
        Native.OnConnect(_handle, &ConnectAnswered);
        Native.OnDisconnect(_handle, &Disconnected);
        Native.OnPublish(_handle, &Published);
        Native.OnSubscribe(_handle, &Subscribed);
        Native.OnMessage(_handle, &Received);
        Native.OnLog(_handle, &Logged);
    }

    private static MosquittoConnection Self(nint userData) => (MosquittoConnection)GCHandle.FromIntPtr(userData).Target!;

    private void Fail(Exception e) => _end ??= new BrokerStatus(BrokerState.Lost, $"internal error: {e.Message}");

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ConnectAnswered(nint handle, nint userData, int code, int flags, nint properties)
    {
        var self = Self(userData);
        try
        {
            if (code != 0) { self._end = Reasons.FromConnack(code, self._options); return; }
            lock (self._gate) { self._isUp = true; }
            self.WasUp = true;
            self._connected(PropertyList.HasRetain(properties));
        }
        catch (Exception e)
        {
            self.Fail(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Disconnected(nint handle, nint userData, int code, nint properties)
    {
        var self = Self(userData);
        try
        {
            lock (self._gate) { self._isUp = false; }
            // Below 0x80 it is an error number of the library, which the loop call returns as well.
            if (code == 0) { self._end ??= BrokerStatus.Closed; }
            else if (code >= 0x80) { self._end ??= Reasons.FromServerDisconnect(code, self._options); }
        }
        catch (Exception e)
        {
            self.Fail(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Published(nint handle, nint userData, int mid, int code, nint properties)
    {
        var self = Self(userData);
        try
        {
            self.Answer(mid, PublishResult.FromReasonCode(code, code < 0x80 ? "" : Reasons.Text(code)));
        }
        catch (Exception e)
        {
            self.Fail(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Subscribed(nint handle, nint userData, int mid, int count, int* granted, nint properties)
    {
        var self = Self(userData);
        try
        {
            var code = count > 0 ? granted[0] : 0x80;
            self.Answer(mid, PublishResult.FromReasonCode(code, code < 0x80 ? "" : Reasons.Text(code)));
        }
        catch (Exception e)
        {
            self.Fail(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Received(nint handle, nint userData, Native.ReceivedMessage* message, nint properties)
    {
        var self = Self(userData);
        try
        {
            self._received(new MqttMessage(
                Marshal.PtrToStringUTF8((nint)message->Topic) ?? "",
                new ReadOnlySpan<byte>(message->Payload, message->Length).ToArray(),
                (MqttQos)message->Qos, message->Retain != 0, PropertyList.Read(properties)));
        }
        catch (Exception e)
        {
            self.Fail(e);
        }
    }

    // Runs inside other calls of the library with its log lock held: it must not take the gate.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Logged(nint handle, nint userData, int level, byte* text)
    {
        if (level is not (Native.LogError or Native.LogWarning)) { return; }
        var self = Self(userData);
        try
        {
            self._libraryLog.Enqueue(Marshal.PtrToStringUTF8((nint)text) ?? "");
            while (self._libraryLog.Count > KeptLogLines) { self._libraryLog.TryDequeue(out _); }
        }
        catch (Exception e)
        {
            self.Fail(e);
        }
    }

    /// <summary>No key has a password: without this answer OpenSSL would ask on the terminal.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int NoKeyPassword(byte* buffer, int size, int forWriting, nint userData) => 0;
}
