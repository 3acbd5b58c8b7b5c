using System.Text.RegularExpressions;

namespace EdgePose.Repository;

/// <summary>C# source with its comments and the content of its string literals blanked out; lines keep their numbers.</summary>
internal static partial class SourceText
{
    public static string CodeOnly(string source) => Trivia().Replace(source, match => NotNewline().Replace(match.Value, " "));

    /// <summary>1-based number of the line that holds <paramref name="index"/>.</summary>
    public static int LineOf(string source, int index) => source.AsSpan(0, index).Count('\n') + 1;

    // In this order: a quote in a comment starts no string, and two slashes in a string start no comment.
    [GeneratedRegex("""
        //[^\n]* | /\*[\s\S]*?\*/
        | (?<q>"{3,})[\s\S]*?\k<q>(?!")
        | \$*@\$*"(?:[^"]|"")*" | "(?:\\.|[^"\\\n])*"
        | '(?:\\.|[^'\\\n])[^'\n]{0,8}'
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Trivia();

    [GeneratedRegex(@"[^\n]")]
    private static partial Regex NotNewline();
}
