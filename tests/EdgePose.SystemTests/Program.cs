using EdgePose.Peers;

namespace EdgePose.SystemTests;

/// <summary>The roles in which the tests start this assembly as a process of its own.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        if (arguments is not ["event-source", var folder, var port, var perSecond, var most])
        {
            await Console.Error.WriteLineAsync("this assembly holds tests; run them with dotnet test");
            return 2;
        }
        await EventSource.RunAsync(folder, int.Parse(port, null), int.Parse(perSecond, null), int.Parse(most, null));
        return 0;
    }
}
