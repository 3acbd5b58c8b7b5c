using System.Text.RegularExpressions;

namespace EdgePose.Repository;

/// <summary>
/// A switch over one of our enums names every value, or throws for the rest: a default arm that answers makes another one of a value that is
/// added later, and nobody notices.
/// </summary>
public sealed partial class EnumSwitchTests
{
    /// <summary>Where a default arm answers for what no switch can list.</summary>
    private static readonly (string File, string Reason)[] Allowed =
    [
        ("src/EdgePose/Delivery/GapEvents.cs", "a number from disk, which a newer program may have written: it is shown as such"),
        ("src/EdgePose/Service/ConfigCheck.cs", "a pair of a role and a task, of which two are wrong"),
        ("src/EdgePose/Settings/Section.cs", "a node of the file, of which two kinds are named and the rest is shown"),
    ];

    private static readonly IReadOnlyList<string> Sources = [.. SourceTree.CSharp("src/EdgePose/")];
    private static readonly HashSet<string> Enums = [.. Sources.SelectMany(f => EnumName().Matches(SourceTree.Read(f))).Select(m => m.Groups[1].Value)];

    [Fact]
    public void Switches_OverOurEnums_HaveNoSilentDefault()
    {
        var silent = Sources.SelectMany(f => Silent(SourceTree.Read(f), Enums).Select(line => $"{f}:{line}")).ToList();
        Assert.All(Allowed, a => Assert.NotEmpty(a.Reason));
        Assert.Equal(Allowed.Select(a => a.File), silent.Select(s => s[..s.LastIndexOf(':')]));
        Assert.True(Enums.Count > 40, "the enums were not found");
    }

    [Theory]
    [InlineData("x = c switch { Colour.Red => 1, _ => 0 };", true)]
    [InlineData("x = c switch { Colour.Red => 1, _ => throw new E() };", false)]
    [InlineData("x = c switch { Colour.Red => 1, Colour.Blue => 0 };", false)]
    [InlineData("x = c switch { 3 => 1, _ => 0 };", false)]
    [InlineData("x = c switch { Colour.Red => n switch { 1 => 2, _ => 3 }, Colour.Blue => 0 };", false)]
    [InlineData("switch (c) { case Colour.Red: F(); break; default: G(); break; }", true)]
    [InlineData("switch (c) { case Colour.Red: F(); break; default: throw new E(); }", false)]
    [InlineData("switch (c) { case 1: F(); break; default: G(); break; }", false)]
    public void Silent_Finds(string source, bool isSilent) => Assert.Equal(isSilent, Silent(source, ["Colour"]).Any());

    private static IEnumerable<int> Silent(string source, HashSet<string> enums)
    {
        foreach (Match head in Head().Matches(source))
        {
            var body = Own(source, head.Index + head.Length);
            var names = ArmOfEnum().Matches(body).Any(m => enums.Contains(m.Groups[1].Value));
            if (names && DefaultArm().Match(body) is { Success: true }) { yield return source.AsSpan(0, head.Index).Count('\n') + 1; }
        }
    }

    /// <summary>The text between the brace that opens before <paramref name="start"/> and its own, without what inner braces hold.</summary>
    private static string Own(string source, int start)
    {
        var (depth, own) = (1, new System.Text.StringBuilder());
        for (var i = start; i < source.Length && depth > 0; i++)
        {
            if (source[i] == '{') { depth++; }
            if (depth == 1) { own.Append(source[i]); }
            if (source[i] == '}') { depth--; }
        }
        return own.ToString();
    }

    [GeneratedRegex(@"\benum (\w+)")]
    private static partial Regex EnumName();

    [GeneratedRegex(@"\bswitch\s*(?:\([^{;]*\))?\s*\{")]
    private static partial Regex Head();

    [GeneratedRegex(@"(?:^|[\s,(]|case )(\w+)\.\w+[^,;\n]*(?:=>|:)")]
    private static partial Regex ArmOfEnum();

    [GeneratedRegex(@"(?:[\s,]_\s*=>(?!\s*throw)|default:(?!\s*throw))")]
    private static partial Regex DefaultArm();
}
