using System.Text.RegularExpressions;

namespace EdgePose.Repository;

/// <summary>Where the unit tests of a source file belong: src/EdgePose/Events has its tests in Events, src/EdgePose.Workshop/Bench in Workshop/Bench.</summary>
internal static partial class Mirror
{
    private const string Sources = "src/EdgePose", Tests = "tests/EdgePose.Tests/", Ending = "Tests";

    /// <summary>The folder of a file of <c>src</c> or of the unit tests, as the unit tests name it.</summary>
    public static string Folder(string file)
    {
        var folder = Path.GetDirectoryName(file) + "/";
        return (folder.StartsWith(Tests, StringComparison.Ordinal) ? folder[Tests.Length..] : folder[Sources.Length..]).Trim('.', '/');
    }

    /// <summary>Folders of tests that are no folder of the source.</summary>
    public static IReadOnlyList<string> FoldersWithoutSource(IEnumerable<string> sources, IEnumerable<string> tests)
    {
        var folders = sources.SelectMany(f => Above(Folder(f))).ToHashSet(StringComparer.Ordinal);
        return [.. tests.Select(Folder).Distinct().Where(f => !folders.Contains(f)).Order(StringComparer.Ordinal)];
    }

    /// <summary>Files <c>XTests.cs</c> in another folder than that of the type <c>X</c>; where several types have that name, one of them suffices.</summary>
    public static IReadOnlyList<string> Misplaced(IEnumerable<(string File, string Text)> sources, IEnumerable<string> tests)
    {
        var homes = sources.SelectMany(s => TypeDeclaration().Matches(s.Text).Select(m => (Type: m.Groups[1].Value, Folder: Folder(s.File))))
            .ToLookup(t => t.Type, t => t.Folder, StringComparer.Ordinal);
        return
        [
            .. from file in tests
               let name = Path.GetFileNameWithoutExtension(file)
               where name.EndsWith(Ending, StringComparison.Ordinal)
               let folders = homes[name[..^Ending.Length]].Distinct().ToList()
               where folders.Count > 0 && !folders.Contains(Folder(file))
               select $"{file}: {name[..^Ending.Length]} lies in {string.Join(" and ", folders)}",
        ];
    }

    private static IEnumerable<string> Above(string folder)
    {
        for (var place = folder; !string.IsNullOrEmpty(place); place = Path.GetDirectoryName(place)) { yield return place; }
    }

    /// <summary>A type that is not nested in another: its line is not indented.</summary>
    [GeneratedRegex(@"^(?:[a-z]+ )+(?:class|struct|interface|enum|record) (?:class |struct )?(\w+)", RegexOptions.Multiline)]
    private static partial Regex TypeDeclaration();
}
