using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace EdgePose.Settings;

/// <summary>JSON as people read it: a plus is a plus and no <c>\u002B</c>. None of it is ever put into a web page by us.</summary>
internal static class PlainJson
{
    public static readonly JsonWriterOptions Writer = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The options of a context, with plain texts.</summary>
    public static JsonSerializerOptions Like(JsonSerializerOptions options) => new(options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The same document with plain texts.</summary>
    public static JsonTypeInfo<T> Of<T>(JsonTypeInfo<T> type) => (JsonTypeInfo<T>)Like(type.Options).GetTypeInfo(typeof(T));
}
