# Serves one H.264 file over RTSP on loopback: python3 - PORT FILE, script on stdin, "ready" on stdout.
import sys
import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer

port, clip = sys.argv[1], sys.argv[2]
if '"' in clip:
    sys.exit("the clip's path must not contain a double quote")
Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(port)
media = GstRtspServer.RTSPMediaFactory()
media.set_launch(f'( filesrc location="{clip}" ! qtdemux ! h264parse config-interval=-1 ! rtph264pay name=pay0 pt=96 )')
server.get_mount_points().add_factory("/clip", media)
if server.attach(None) == 0:
    sys.exit(f"cannot listen on 127.0.0.1:{port}")
print("ready", flush=True)
GLib.MainLoop().run()
