using System.Text.RegularExpressions;

namespace EdgePose.Repository;

/// <summary>House rules of the source text that the compiler does not check.</summary>
public sealed class SourceRulesTests
{
    /// <summary>What code (without comments and strings) must not contain.</summary>
    private static readonly (string Rule, Regex Pattern)[] InCode =
    [
        ("an empty catch hides failures", new(@"\bcatch\b\s*(\([^)]*\))?\s*(when\s*\([^{]*\))?\s*\{\s*\}", RegexOptions.CultureInvariant)),
        ("blocking on a task", new(@"\.GetAwaiter\(\)\s*\.GetResult\(\)", RegexOptions.CultureInvariant)),
        ("unfinished code", new(@"\bNotImplementedException\b", RegexOptions.CultureInvariant)),
        ("the clock of the machine", new(@"\bDateTime(Offset)?\s*\.\s*(Utc)?Now\b|\bDateTime\s*\.\s*Today\b", RegexOptions.CultureInvariant)),
        ("a thread that sleeps cannot be cancelled", new(@"\bThread\s*\.\s*Sleep\b", RegexOptions.CultureInvariant)),
        ("a namespace is file-scoped", new(@"^namespace [\w.]+\s*\{", RegexOptions.CultureInvariant | RegexOptions.Multiline)),
        ("no regions", new(@"^\s*#region\b", RegexOptions.CultureInvariant | RegexOptions.Multiline)),
    ];

    /// <summary>What no line of source may contain, comments and strings included. The words are split so that this file passes.</summary>
    private static readonly (string Rule, Regex Pattern)[] Anywhere =
    [
        ("unfinished work", new(@"\b(TO" + @"DO|FIX" + @"ME|HA" + @"CK|X" + @"XX)\b", RegexOptions.CultureInvariant)),
    ];

    public static TheoryData<string> Sources => [.. SourceTree.CSharp("src/")];

    [Theory]
    [MemberData(nameof(Sources))]
    public void Source_KeepsTheRules(string file)
    {
        var problems = Problems(SourceTree.Read(file)).Select(p => $"{file}:{p}").ToList();
        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    [Theory]
    [InlineData("try { F(); } catch { }", "1: an empty catch hides failures")]
    [InlineData("try { F(); }\ncatch (IOException)\n{\n}", "2: an empty catch hides failures")]
    [InlineData("try { F(); } catch (Exception e) when (e is IOException) { /* why */ }", "1: an empty catch hides failures")]
    [InlineData("\nvar x = F().GetAwaiter().GetResult();", "2: blocking on a task")]
    [InlineData("throw new NotImplementedException();", "1: unfinished code")]
    [InlineData("var now = DateTime.UtcNow;", "1: the clock of the machine")]
    [InlineData("Thread.Sleep(5);", "1: a thread that sleeps cannot be cancelled")]
    [InlineData("// TO" + "DO: later", "1: unfinished work")]
    [InlineData("namespace A.B {", "1: a namespace is file-scoped")]
    public void Problems_BadSource_NamesLineAndRule(string source, string expected) => Assert.Contains(expected, Problems(source));

    [Theory]
    [InlineData("// DateTime.Now and Thread.Sleep are banned; catch { } too")]
    [InlineData("var text = \"// DateTime.Now\"; /* catch { } */")]
    [InlineData("var raw = \"\"\"\n  Thread.Sleep(1); \"quoted\" catch { }\n  \"\"\";")]
    [InlineData("var path = @\"c:\\\" + '\"' + \"Thread.Sleep(\";")]
    [InlineData("catch (IOException e) { Log(e); }")]
    public void Problems_GoodSource_AreNone(string source) => Assert.Empty(Problems(source));

    private static IEnumerable<string> Problems(string source)
    {
        var code = SourceText.CodeOnly(source);
        return InCode.SelectMany(rule => rule.Pattern.Matches(code).Select(m => (m.Index, rule.Rule)))
            .Concat(Anywhere.SelectMany(rule => rule.Pattern.Matches(source).Select(m => (m.Index, rule.Rule))))
            .Select(p => $"{SourceText.LineOf(source, p.Index)}: {p.Rule}");
    }
}
