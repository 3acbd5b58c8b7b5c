using System.Diagnostics;
using System.Reflection;

namespace EdgePose.Repository;

/// <summary>
/// The compiler refuses the members of <c>src/BannedSymbols.txt</c> in the product. A name that fits nothing would forbid nothing, and a
/// new overload would slip through: the list is held against the runtime. Time comes from TimeProvider, waiting is asynchronous or
/// cancellable, arguments are lists, numbers are read in one culture.
/// </summary>
public sealed class BannedSymbolsTests
{
    private static readonly Type[] Numbers = [typeof(float), typeof(double), typeof(decimal), typeof(Half)];

    [Fact]
    public void List_IsWhatTheRuntimeOffersOfTheBannedKinds()
    {
        var listed = SourceTree.Lines("src/BannedSymbols.txt");
        Assert.All(listed, l => Assert.True(l.Split(';') is [_, { Length: > 10 }], $"without a reason: {l}"));
        Assert.Equal(Expected().Order(StringComparer.Ordinal), listed.Select(l => l.Split(';')[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void List_HoldsForEveryProject_AndNoSourceSwitchesItOff()
    {
        Assert.Contains("""<AdditionalFiles Include="$(MSBuildThisFileDirectory)BannedSymbols.txt" />""", SourceTree.Read("src/Directory.Build.props"), StringComparison.Ordinal);
        var settings = SourceTree.Files.Where(f => f.StartsWith("src/", StringComparison.Ordinal) || f is ".editorconfig" or "Directory.Build.props" or "Directory.Build.targets");
        Assert.All(settings, f => Assert.DoesNotContain("RS0030", SourceTree.Read(f), StringComparison.Ordinal));
        Assert.DoesNotContain(SourceTree.Files, f => f.StartsWith("src/", StringComparison.Ordinal) && f.EndsWith(".editorconfig", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Expected() =>
    [
        .. Properties(typeof(DateTime), "Now", "UtcNow", "Today"), .. Properties(typeof(DateTimeOffset), "Now", "UtcNow"),
        .. Properties(typeof(Task<>), "Result"), .. Properties(typeof(ValueTask<>), "Result"), .. Properties(typeof(ProcessStartInfo), "Arguments"),
        .. Methods(typeof(Task), m => m.Name is "Wait" or "WaitAll" or "WaitAny"),
        .. Methods(typeof(Thread), m => m.Name == "Sleep"),
        .. Methods(typeof(Process), m => m.Name == "Start" && Takes(m, typeof(string), typeof(string))),
        .. typeof(ProcessStartInfo).GetConstructors().Where(c => Takes(c, typeof(string), typeof(string))).Select(Id),
        .. Numbers.SelectMany(t => Methods(t, m => m.Name is "Parse" or "TryParse" && m.GetParameters().All(p => p.ParameterType != typeof(IFormatProvider)))),
        .. Methods(typeof(Convert), m => m.Name is "ToSingle" or "ToDouble" or "ToDecimal" && Takes(m, typeof(string))),
    ];

    private static IEnumerable<string> Properties(Type type, params string[] names) =>
        names.Select(n => $"P:{type.FullName}.{type.GetProperty(n)?.Name ?? throw new MissingMemberException(type.Name, n)}");

    private static IEnumerable<string> Methods(Type type, Func<MethodInfo, bool> banned) =>
        type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(banned).Select(Id);

    private static bool Takes(MethodBase method, params Type[] types) => method.GetParameters().Select(p => p.ParameterType).SequenceEqual(types);

    /// <summary>The name under which the compiler's documentation knows a method.</summary>
    private static string Id(MethodBase method)
    {
        var parameters = string.Join(',', method.GetParameters().Select(p => Id(p.ParameterType)));
        return $"M:{method.DeclaringType!.FullName}.{(method.IsConstructor ? "#ctor" : method.Name)}{(parameters.Length == 0 ? "" : $"({parameters})")}";
    }

    private static string Id(Type type) => type switch
    {
        { IsByRef: true } => Id(type.GetElementType()!) + "@",
        { IsArray: true } => Id(type.GetElementType()!) + "[]",
        { IsGenericType: true } => $"{type.GetGenericTypeDefinition().FullName!.Split('`')[0]}{{{string.Join(',', type.GetGenericArguments().Select(Id))}}}",
        _ => type.FullName!,
    };
}
