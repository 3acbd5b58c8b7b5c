using System.Globalization;
using EdgePose.Delivery.Spool;

namespace EdgePose.Service.Checks;

/// <summary>The spool's folder: writable, with room, and who has it.</summary>
internal static class SpoolLook
{
    /// <summary>One line for <c>edgepose check</c>.</summary>
    public static Finding At(SpoolSettings configured, Func<string, string?> environment)
    {
        var options = SpoolFolder.Options(configured, environment);
        SpoolCondition found;
        try { found = SpoolCheck.Look(options.Folder); }
        catch (IOException e) { return Bad($"{options.Folder} cannot be read: {e.Message}"); }
        var folder = options.Folder + (found.Exists ? "" : " (will be made)");
        if (!found.IsWritable) { return Bad($"{folder} is not writable for this user; set spool.folder, or run as the user of the service"); }
        var room = string.Create(CultureInfo.InvariantCulture, $"{found.FreeBytes >> 20} MiB free, at most {options.MaxBytes >> 20} MiB used");
        var letters = found.DeadLetters > 0 ? string.Create(CultureInfo.InvariantCulture, $", {found.DeadLetters} refused events are kept") : "";
        if (found.Holder.Length > 0) { return new Finding("spool", Verdict.Ok, $"{folder}: in use by process {found.Holder}, {room}{letters}"); }
        return found.FreeBytes < options.MaxBytes
            ? new Finding("spool", Verdict.Warning, $"{folder}: {room}: a full disk makes the oldest events give way earlier than spool.max_size says{letters}")
            : new Finding("spool", Verdict.Ok, $"{folder}: {room}{letters}");
    }

    private static Finding Bad(string text) => new("spool", Verdict.Error, text);
}
