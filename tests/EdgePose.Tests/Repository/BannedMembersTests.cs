using System.Diagnostics;
using System.Globalization;

namespace EdgePose.Repository;

/// <summary>
/// Members that the product must not call, looked up in the compiled code, where neither a comment nor an alias can deceive.
/// Time comes from TimeProvider, waiting is asynchronous or cancellable, arguments are lists, numbers are read in one culture.
/// </summary>
public sealed class BannedMembersTests
{
    public static TheoryData<string> Assemblies => ["edgepose.dll", "EdgePose.Daemon.dll", "EdgePose.Workshop.dll", "EdgePose.ModelTools.dll"];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Assembly_CallsNoBannedMember(string assembly)
    {
        using var references = new TypeReferences(Path.Combine(AppContext.BaseDirectory, assembly));
        var calls = references.Read().SelectMany(u => u.Value.Members.Where(IsBanned).Select(m => $"{u.Key} calls {m}")).ToList();
        Assert.True(calls.Count == 0, string.Join('\n', calls));
    }

    [Fact]
    public void IsBanned_FixtureWithAllOfThem_IsFound()
    {
        using var references = new TypeReferences(typeof(BannedCalls).Assembly.Location);
        var use = references.Read().Single(u => u.Key.Name == nameof(BannedCalls)).Value;
        var found = use.Members.Where(IsBanned).Select(m => $"{m.Type.Name}.{m.Name}").Order(StringComparer.Ordinal);
        Assert.Equal(
            [
                "Convert.ToDouble", "DateTime.get_Now", "DateTime.get_UtcNow", "DateTimeOffset.get_UtcNow", "Double.TryParse", "Process.Start",
                "ProcessStartInfo.set_Arguments", "Single.Parse", "Task.Wait", "Task`1.get_Result", "Thread.Sleep",
            ], found);
    }

    private static bool IsBanned(MemberName member) => (member.Type.ToString(), member.Name) switch
    {
        ("System.DateTime" or "System.DateTimeOffset", "get_Now" or "get_UtcNow" or "get_Today") => true,
        ("System.Threading.Thread", "Sleep") => true,
        ("System.Threading.Tasks.Task`1" or "System.Threading.Tasks.ValueTask`1", "get_Result") => true,
        ("System.Threading.Tasks.Task", "Wait" or "WaitAll" or "WaitAny") => true,
        ("System.Diagnostics.ProcessStartInfo", "set_Arguments") => true,
        ("System.Diagnostics.Process", "Start") => member.Parameters == "String, String",
        ("System.Diagnostics.ProcessStartInfo", ".ctor") => member.Parameters == "String, String",
        ("System.Single" or "System.Double" or "System.Decimal" or "System.Half", "Parse" or "TryParse") => !member.Parameters.Contains("IFormatProvider", StringComparison.Ordinal),
        ("System.Convert", "ToSingle" or "ToDouble" or "ToDecimal") => member.Parameters == "String",
        _ => false,
    };
}

/// <summary>Breaks every ban once, as food for the test. Never called.</summary>
internal static class BannedCalls
{
    public static object Clock() => (DateTime.Now, DateTime.UtcNow, DateTimeOffset.UtcNow);

    public static int Wait(Task<int> task)
    {
        Thread.Sleep(1);
        task.Wait();
        return task.Result;
    }

    public static void Start()
    {
        using var process = Process.Start("true", "one two");
        process.StartInfo.Arguments = "three";
    }

    public static object Numbers(string text) =>
#pragma warning disable CA1305 // culture-sensitive on purpose
        (float.Parse(text), double.TryParse(text, out _), Convert.ToDouble(text), float.Parse(text, CultureInfo.InvariantCulture));
#pragma warning restore CA1305
}
