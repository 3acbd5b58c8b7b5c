using System.Buffers;
using System.Globalization;
using System.Text.Json;
using EdgePose.Settings;
using EdgePose.Delivery.Documents;
using EdgePose.Domain;

namespace EdgePose.Sinks.Onvif;

/// <summary>
/// The same event as ONVIF Profile M metadata, a scene description of one object (onvif/specs:doc/Analytics.xml, "ONVIF Metadata in JSON
/// over MQTT"): XML's attributes begin with '@', an element's text is '#text', and both are texts. What ONVIF has no word for, such as
/// joints and rules, stands under our own namespace.
/// </summary>
internal static class OnvifJson
{
    /// <summary>Name of the analytics module in the topic.</summary>
    public const string Module = "EdgePose";
    private const string Namespace = "urn:edgepose:pose:1";

    public static byte[] Write(PoseEvent e, in EventStamp stamp)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, PlainJson.Writer))
        {
            json.WriteStartObject();
            json.WriteStartArray("Frame"u8);
            WriteFrame(json, e, stamp);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteFrame(Utf8JsonWriter json, PoseEvent e, in EventStamp stamp)
    {
        json.WriteStartObject();
        json.WriteString("@UtcTime"u8, Payloads.Stamp(e.Time));
        json.WriteString("@Source"u8, e.Stream);
        json.WriteStartObject("@context"u8);
        json.WriteString("ep"u8, Namespace);
        json.WriteEndObject();
        // ONVIF's picture goes from -1 to 1 with y up; ours from 0 to 1 with y down.
        json.WriteStartObject("Transformation"u8);
        Pair(json, "Translate"u8, "-1", "1");
        Pair(json, "Scale"u8, "2", "-2");
        json.WriteEndObject();
        if (e.Track is { } track) { WriteObject(json, e, track); }
        WriteEvent(json, e, stamp);
        json.WriteEndObject();
    }

    private static void WriteObject(Utf8JsonWriter json, PoseEvent e, long track)
    {
        json.WriteStartArray("Object"u8);
        json.WriteStartObject();
        json.WriteString("@ObjectId"u8, track.ToString(CultureInfo.InvariantCulture));
        json.WriteStartObject("Appearance"u8);
        if (e.Box is { } box)
        {
            json.WriteStartObject("Shape"u8);
            json.WriteStartObject("BoundingBox"u8);
            json.WriteString("@left"u8, Unit(box.X1));
            json.WriteString("@top"u8, Unit(box.Y1));
            json.WriteString("@right"u8, Unit(box.X2));
            json.WriteString("@bottom"u8, Unit(box.Y2));
            json.WriteEndObject();
            Pair(json, "CenterOfGravity"u8, Unit((box.X1 + box.X2) / 2), Unit((box.Y1 + box.Y2) / 2));
            json.WriteEndObject();
        }
        json.WriteStartObject("Class"u8);
        json.WriteStartArray("Type"u8);
        json.WriteStartObject();
        json.WriteString("@Likelihood"u8, Number(Math.Clamp(e.Score, 0, 1)));
        json.WriteString("#text"u8, "Human"u8);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        if (Activity(e) is { } activity)
        {
            json.WriteStartObject("HumanBody"u8);
            json.WriteStartObject("Behaviour"u8);
            json.WriteString("Activity"u8, activity);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        WriteJoints(json, e);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteJoints(Utf8JsonWriter json, PoseEvent e)
    {
        if (e.Skeleton is not { } skeleton || e.Points.Count == 0) { return; }
        json.WriteStartObject("ep:Pose"u8);
        json.WriteString("@Skeleton"u8, skeleton.Name);
        json.WriteStartArray("ep:Joint"u8);
        for (var i = 0; i < e.Points.Count && i < skeleton.Joints.Count; i++)
        {
            var p = e.Points[i];
            if (!float.IsFinite(p.X) || !float.IsFinite(p.Y)) { continue; }
            json.WriteStartObject();
            json.WriteString("@Name"u8, skeleton.Joints[i]);
            json.WriteString("@x"u8, Unit(p.X));
            json.WriteString("@y"u8, Unit(p.Y));
            json.WriteString("@Likelihood"u8, Number(p.Score));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteEvent(Utf8JsonWriter json, PoseEvent e, in EventStamp stamp)
    {
        json.WriteStartObject("ep:Event"u8);
        json.WriteString("@Id"u8, stamp.Id(e.Stream));
        json.WriteString("@Type"u8, e.Type.Name);
        json.WriteString("@Phase"u8, e.Phase.Name());
        json.WriteString("@Key"u8, e.Key);
        if (e.Rule.Length > 0) { json.WriteString("@Rule"u8, e.Rule); }
        if (e.Zone.Length > 0) { json.WriteString("@Zone"u8, e.Zone); }
        if (e.Line.Length > 0) { json.WriteString("@Line"u8, e.Line); }
        if (e.Direction.Length > 0) { json.WriteString("@Direction"u8, e.Direction); }
        if (e.Count is { } count) { json.WriteString("@Count"u8, count.ToString(CultureInfo.InvariantCulture)); }
        json.WriteString("#text"u8, e.Reason);
        json.WriteEndObject();
    }

    /// <summary>A word of bd:HumanActivity; at the end of the event nothing is claimed.</summary>
    private static string? Activity(PoseEvent e) => e.Phase != EventPhase.End ? e.Type.HumanActivity : null;

    private static void Pair(Utf8JsonWriter json, ReadOnlySpan<byte> name, string x, string y)
    {
        json.WriteStartObject(name);
        json.WriteString("@x"u8, x);
        json.WriteString("@y"u8, y);
        json.WriteEndObject();
    }

    private static string Unit(float value) => Number(float.IsFinite(value) ? Math.Clamp(value, 0, 1) : 0);

    private static string Number(float value) => Math.Round((double)(float.IsFinite(value) ? value : 0), 3).ToString(CultureInfo.InvariantCulture);
}
