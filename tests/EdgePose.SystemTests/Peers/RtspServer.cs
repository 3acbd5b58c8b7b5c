using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using EdgePose.Peers;
using EdgePose.TestSupport;

namespace EdgePose.SystemTests.Peers;

/// <summary>
/// A real RTSP server (GStreamer's, by the system's Python) on a free port of 127.0.0.1 that serves one clip, or an endless test picture,
/// at <see cref="Url"/> over TCP and UDP. Skips the test where GStreamer's server is not installed.
/// </summary>
internal sealed partial class RtspServer : IDisposable
{
    private const string Python = "/usr/bin/python3";
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);
    private static readonly Lazy<string?> Missing = new(FindMissing);

    private readonly NetworkNamespace? _space;
    private readonly string? _clip;
    private readonly string? _user;
    private readonly string? _password;
    private Process? _process;
    private int _connections;

    /// <param name="clip">MP4 with H.264; every client gets it from its beginning, and its end ends the stream. Null = an endless test picture, 320x240, 15 fps.</param>
    /// <param name="user">Digest authentication when given.</param>
    /// <param name="password">Password of <paramref name="user"/>.</param>
    /// <param name="space">Where it runs; null = in the tests' own network.</param>
    public RtspServer(string? clip = null, string? user = null, string? password = null, NetworkNamespace? space = null)
    {
        Need.FromSetup(Missing.Value is null, $"needs GStreamer's RTSP server: {Missing.Value}");
        (_clip, _user, _password, _space, Port) = (clip, user, password, space, FreePort());
        Start();
    }

    public int Port { get; }
    public string Url => string.Create(CultureInfo.InvariantCulture, $"rtsp://127.0.0.1:{Port}/cam");

    /// <summary>TCP connections accepted since the start, over all restarts.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Starts the server on the same port; it answers when this returns.</summary>
    public void Start()
    {
        if (_process is not null) { throw new InvalidOperationException("the server runs already"); }
        string[] command = [.. _space?.Prefix ?? [], Python, "-u", "-"];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        using var ready = new ManualResetEventSlim();
        var errors = new System.Text.StringBuilder();
        process.ErrorDataReceived += (_, e) => { lock (errors) { errors.AppendLine(e.Data); } };
        process.OutputDataReceived += (_, e) =>
        {
            if (e.Data == "ready") { ready.Set(); }
            if (e.Data == "client") { Interlocked.Increment(ref _connections); }
        };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        // By standard input, so that the password stands in no argument list that a test may search.
        process.StandardInput.Write(Script());
        process.StandardInput.Close();
        if (!ready.Wait(StartTimeout))
        {
            process.Kill();
            lock (errors) { throw new InvalidOperationException($"the RTSP server did not start: {errors}"); }
        }
        _process = process;
    }

    /// <summary>Ends it at once, as a power cut would; its sockets are closed by the kernel.</summary>
    public void Kill()
    {
        if (_process is null) { return; }
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Freezes it: connections stay open and nothing comes.</summary>
    public void Suspend() => Send(19);

    public void Resume() => Send(18);

    public void Dispose() => Kill();

    public static int FreePort() => Tools.FreePort();

    private void Send(int signal)
    {
        if (_process is null || SendSignal(_process.Id, signal) != 0) { throw new InvalidOperationException("the server is not running"); }
    }

    private string Script()
    {
        var pipeline = _clip is null
            ? "( videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=15/1 ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15 ! rtph264pay name=pay0 pt=96 config-interval=-1 )"
            : $"( filesrc location=\"{_clip}\" ! qtdemux ! h264parse config-interval=-1 ! rtph264pay name=pay0 pt=96 )";
        var settings = JsonSerializer.Serialize(new { port = Port.ToString(CultureInfo.InvariantCulture), pipeline, user = _user, password = _password });
        return $"""
            import json, gi
            gi.require_version('Gst', '1.0'); gi.require_version('GstRtsp', '1.0'); gi.require_version('GstRtspServer', '1.0')
            from gi.repository import GLib, Gst, GstRtsp, GstRtspServer
            Gst.init(None)
            settings = json.loads({JsonSerializer.Serialize(settings)})
            server = GstRtspServer.RTSPServer()
            server.set_address('127.0.0.1')
            server.set_service(settings['port'])
            factory = GstRtspServer.RTSPMediaFactory()
            factory.set_launch(settings['pipeline'])
            factory.set_protocols(GstRtsp.RTSPLowerTrans.TCP | GstRtsp.RTSPLowerTrans.UDP)
            if settings['user']:
                auth = GstRtspServer.RTSPAuth()
                auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
                token = GstRtspServer.RTSPToken()
                token.set_string('media.factory.role', 'user')
                auth.add_digest(settings['user'], settings['password'], token)
                server.set_auth(auth)
                allowed = GstRtspServer.RTSPPermissions()
                allowed.add_permission_for_role('user', 'media.factory.access', True)
                allowed.add_permission_for_role('user', 'media.factory.construct', True)
                factory.set_permissions(allowed)
            server.get_mount_points().add_factory('/cam', factory)
            server.connect('client-connected', lambda *_: print('client', flush=True))
            if server.attach(None) == 0:
                raise SystemExit('the port is in use')
            print('ready', flush=True)
            GLib.MainLoop().run()

            """;
    }

    private static string? FindMissing()
    {
        if (!File.Exists(Python)) { return $"{Python} is missing"; }
        var start = new ProcessStartInfo(Python) { RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer");
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : error.Trim().Split('\n')[^1] + " (Debian: gir1.2-gst-rtsp-server-1.0, python3-gi)";
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);
}
