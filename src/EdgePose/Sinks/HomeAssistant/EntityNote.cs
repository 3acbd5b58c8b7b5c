namespace EdgePose.Sinks.HomeAssistant;

/// <summary>An entity of a device: its key in the document, and its platform.</summary>
internal readonly record struct Entity(string Key, string Platform);

/// <summary>The entities of a device as a short text: <c>key=platform</c>, joined by commas. Neither holds a comma or an equals sign.</summary>
internal static class EntityNote
{
    public static string Write(IReadOnlyList<Entity> entities) => string.Join(',', entities.Select(e => $"{e.Key}={e.Platform}"));

    /// <summary>What is no entity is left out.</summary>
    public static IReadOnlyList<Entity> Read(string note) =>
        [.. note.Split(',').Select(e => e.Split('=')).Where(e => e.Length == 2 && e.All(p => p.Length > 0)).Select(e => new Entity(e[0], e[1]))];
}
