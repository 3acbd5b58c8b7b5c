using EdgePose.Settings.Problems;
using YamlDotNet.Core;
using Mark = EdgePose.Settings.Problems.Mark;

namespace EdgePose.Settings.Yaml;

/// <summary>
/// Reads YAML into a strict tree with marks. Total: every input gives a tree, problems, or both; never an exception. After a syntax error
/// the damaged lines are taken out and the rest is read again, so that one run tells all there is to mend.
/// </summary>
internal static class YamlReader
{
    private const int MaxRepairs = 25;

    /// <summary>The root mapping, or null when the text has none; problems are added to <paramref name="problems"/>.</summary>
    public static YamlNode? Parse(ReadOnlySpan<byte> bytes, string file, ProblemList problems)
    {
        var lines = YamlText.Decode(bytes, file, problems);
        if (lines is null) { return null; }
        var repair = new YamlRepair(lines);
        for (var attempt = 0; ; attempt++)
        {
            var builder = new YamlBuilder(new Parser(new Scanner(new StringReader(repair.Text), skipComments: true)), file, repair.IsDamaged);
            var root = builder.Read();
            if (builder.Failure is not { } failure) { return Accept(root, builder, problems); }
            problems.Error(new Mark(file, failure.Line, failure.Column), "", failure.Text);
            if (attempt == MaxRepairs || !repair.Mend(failure)) { return Accept(root, builder, problems); }
        }
    }

    private static YamlNode? Accept(YamlNode? root, YamlBuilder builder, ProblemList problems)
    {
        problems.AddRange(builder.Problems);
        if (root is null || root.Kind == YamlKind.Map) { return root; }
        if (root.Kind != YamlKind.Null && !root.Damaged)
        {
            problems.Error(root.Mark, "", "expected \"key: value\" lines at the top level");
        }
        return null;
    }
}
