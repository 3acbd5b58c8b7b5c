using System.Text.RegularExpressions;

namespace EdgePose.Repository;

/// <summary>Who knows where a type lies knows where its tests are: the folders of the unit tests are those of the source.</summary>
public sealed partial class MirrorTests
{
    /// <summary>Folders of tests that mirror nothing, with the reason; an entry that is not needed fails the test.</summary>
    private static readonly (string Folder, string Reason)[] Own =
    [
        ("Docs", "tests of the documents"),
        ("Events/Figures", "people of joints who act the scenes for all rules"),
        ("Repository", "tests of the source as a whole"),
        ("TestSupport", "what the tests of several rooms share"),
    ];

    private static readonly string[] Sources = [.. SourceTree.CSharp("src/")], Tests = [.. SourceTree.CSharp("tests/EdgePose.Tests/")];

    [Fact]
    public void Folders_AreThoseOfTheSource()
    {
        Assert.All(Own, o => Assert.NotEmpty(o.Reason));
        Assert.Equal(Own.Select(o => o.Folder), Mirror.FoldersWithoutSource(Sources, Tests));
    }

    [Fact]
    public void TestsOfAType_LieInItsFolder()
    {
        var misplaced = Mirror.Misplaced(Sources.Select(f => (f, SourceTree.Read(f))), Tests);
        Assert.True(misplaced.Count == 0, string.Join('\n', misplaced));
    }

    [Fact]
    public void Namespaces_FollowTheFolders()
    {
        var mirrored = Tests.Where(t => !Own.Any(o => o.Folder == Mirror.Folder(t))).ToList();
        Assert.NotEmpty(mirrored);
        Assert.All(mirrored, t => Assert.Equal($"{t}: EdgePose.Tests.{Mirror.Folder(t).Replace('/', '.')}", $"{t}: {NamespaceLine().Match(SourceTree.Read(t)).Groups[1].Value}"));
    }

    [Theory]
    [InlineData("src/EdgePose/Events/Rules/FallRule.cs", "Events/Rules")]
    [InlineData("src/EdgePose.Workshop/Bench/Statistics.cs", "Workshop/Bench")]
    [InlineData("src/EdgePose.Program/Program.cs", "Program")]
    [InlineData("tests/EdgePose.Tests/Workshop/Bench/StatisticsTests.cs", "Workshop/Bench")]
    public void Folder_OfAFile_IsNamedAsTheTestsNameIt(string file, string folder) => Assert.Equal(folder, Mirror.Folder(file));

    [Fact]
    public void FoldersWithoutSource_NameOnlyWhatTheSourceHasNot() => Assert.Equal(["Moved"], Mirror.FoldersWithoutSource(
        ["src/EdgePose/A/B/X.cs"], ["tests/EdgePose.Tests/A/YTests.cs", "tests/EdgePose.Tests/A/B/XTests.cs", "tests/EdgePose.Tests/Moved/ZTests.cs"]));

    [Fact]
    public void Misplaced_TestInAnotherFolder_IsNamedWithTheFolderOfItsType()
    {
        (string, string)[] sources =
        [
            ("src/EdgePose/A/X.cs", "namespace EdgePose.A;\n\n/// <summary>A class of its own.</summary>\ninternal sealed partial class X\n{\n    private sealed class Inner;\n}\n"),
            ("src/EdgePose/B/Y.cs", "public readonly record struct Y(int Z);\n"), ("src/EdgePose.Workshop/Y.cs", "internal enum Y { One }\n"),
        ];
        string[] tests = ["A/XTests.cs", "B/XTests.cs", "B/InnerTests.cs", "Workshop/YTests.cs", "A/YTests.cs", "A/Y.cs"];
        Assert.Equal(["tests/EdgePose.Tests/B/XTests.cs: X lies in A", "tests/EdgePose.Tests/A/YTests.cs: Y lies in B and Workshop"],
            Mirror.Misplaced(sources, tests.Select(t => "tests/EdgePose.Tests/" + t)));
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();
}
