using System.Text.Json;

namespace EdgePose.Service.Observe;

/// <summary>Names of states, stages and reasons as they are shown everywhere: <c>auth_failed</c>.</summary>
internal static class Words
{
    public static string Snake<T>(T value) where T : struct, Enum => Snake(value.ToString());

    public static string Snake(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
