using System.Text.RegularExpressions;

namespace EdgePose.Repository;

/// <summary>RELIABILITY.md may promise only what a test shows: every test that it names exists, and every fault has a test or says that it has none.</summary>
public sealed class ReliabilityDocumentTests
{
    private const string Document = "RELIABILITY.md", Appendix = "## Appendix: the tests";

    private static readonly Regex TestName = new(@"`([A-Z]\w*Tests)\.(\w+)`", RegexOptions.CultureInvariant);
    private static readonly Regex FaultRow = new(@"^\| (F\d\d) \|", RegexOptions.CultureInvariant);
    private static readonly Regex Declaration = new(@"^\s+(?:public|internal) (?:async Task|Task|void) (\w+)\(", RegexOptions.CultureInvariant | RegexOptions.Multiline);

    private static readonly Lazy<HashSet<string>> Existing = new(
        () => [.. SourceTree.CSharp("tests/").SelectMany(f => Declaration.Matches(SourceTree.Read(f)).Select(m => $"{Path.GetFileNameWithoutExtension(f)}.{m.Groups[1].Value}"))]);

    [Fact]
    public void Document_EveryTestItNames_Exists()
    {
        var named = TestName.Matches(SourceTree.Read(Document)).Select(m => $"{m.Groups[1].Value}.{m.Groups[2].Value}").Distinct().ToList();
        Assert.InRange(named.Count, 40, 1000);
        var missing = named.Where(n => !Existing.Value.Contains(n)).ToList();
        Assert.True(missing.Count == 0, $"{Document} names tests that do not exist:\n{string.Join('\n', missing)}");
    }

    [Fact]
    public void Document_EveryFault_HasATestOrSaysThatItHasNone()
    {
        var lines = SourceTree.Lines(Document).ToList();
        var appendix = lines.IndexOf(Appendix);
        var (faults, tests) = (Rows(lines[..appendix]), Rows(lines[appendix..]));
        var all = Enumerable.Range(1, 44).Select(n => $"F{n:00}");
        Assert.Equal(all, faults.Select(r => FaultRow.Match(r).Groups[1].Value));
        Assert.Equal(all, tests.Select(r => FaultRow.Match(r).Groups[1].Value));
        Assert.All(faults, r => Assert.DoesNotMatch(TestName, r));
        Assert.All(tests, r => Assert.True(TestName.IsMatch(r) || r.Contains("not yet", StringComparison.Ordinal) || r.Contains("needs", StringComparison.Ordinal), r));
    }

    private static List<string> Rows(IEnumerable<string> lines) => [.. lines.Where(l => FaultRow.IsMatch(l))];

    [Fact]
    public void SystemTests_NamedAfterAFault_AreInTheDocument()
    {
        var document = SourceTree.Read(Document);
        var named = SourceTree.CSharp("tests/EdgePose.SystemTests/").Select(f => Path.GetFileNameWithoutExtension(f)).Where(n => Regex.IsMatch(n, @"^F\d\d_")).ToList();
        Assert.NotEmpty(named);
        Assert.All(named, n => Assert.Contains($"`{n}.", document, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("| F01 | x | `SourceFaultTests.Nothing_LikeThis` |", false)]
    [InlineData("| F01 | x | `ReliabilityDocumentTests.Document_EveryTestItNames_Exists` |", true)]
    public void Existing_Name_IsFoundOrNot(string row, bool exists) =>
        Assert.Equal(exists, Existing.Value.Contains(TestName.Match(row).Value.Trim('`')));
}
