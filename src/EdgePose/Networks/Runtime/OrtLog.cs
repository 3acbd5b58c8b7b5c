using Microsoft.ML.OnnxRuntime;

namespace EdgePose.Networks.Runtime;

/// <summary>
/// Takes ONNX Runtime's own messages, which would otherwise go to standard error past every filter. They often hold the only true reason
/// of a failure, such as the name of a missing library. Keeps the newest; a listener may take them as they come.
/// </summary>
internal static class OrtLog
{
    private const int Kept = 20;
    private const int LongestLine = 1000;
    private static readonly Lock Gate = new();
    private static readonly Queue<string> Lines = new();

    /// <summary>Called from any thread with one message; must not throw.</summary>
    public static Action<string>? Listener { get; set; }

    /// <summary>The function for ONNX Runtime; a field, because native code keeps the pointer.</summary>
    internal static readonly DOrtLoggingFunction Function = OnMessage;

    /// <summary>The messages since the last call, at most the newest twenty.</summary>
    public static IReadOnlyList<string> Drain()
    {
        lock (Gate)
        {
            string[] lines = [.. Lines];
            Lines.Clear();
            return lines;
        }
    }

    private static void OnMessage(IntPtr param, OrtLoggingLevel severity, string category, string logId, string codeLocation, string message)
    {
        var line = message.Length > LongestLine ? message[..LongestLine] : message;
        lock (Gate)
        {
            if (Lines.Count == Kept) { Lines.Dequeue(); }
            Lines.Enqueue(line);
        }
        Listener?.Invoke(line);
    }
}
