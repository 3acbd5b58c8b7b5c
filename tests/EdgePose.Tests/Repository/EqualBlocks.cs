namespace EdgePose.Repository;

/// <summary>
/// Finds lines that were copied: runs of equal lines at two places, as long as they get. Blank lines are left out, and any white space in
/// a line is one space.
/// </summary>
internal static class EqualBlocks
{
    /// <param name="files">Name and lines of each file.</param>
    /// <param name="least">Shortest run that counts.</param>
    /// <returns>One entry for each pair of places.</returns>
    public static IReadOnlyList<EqualBlock> Find(IEnumerable<(string Name, string[] Lines)> files, int least)
    {
        var texts = files.Select(f => new Text(f.Name, f.Lines)).ToList();
        var seen = new Dictionary<string, List<(Text Text, int At)>>(StringComparer.Ordinal);
        var blocks = new List<EqualBlock>();
        foreach (var text in texts)
        {
            for (var at = 0; at + least <= text.Count; at++)
            {
                var window = text.Window(at, least);
                if (!seen.TryGetValue(window, out var places)) { seen[window] = places = []; }
                blocks.AddRange(places.Where(p => !p.Text.ContinuesTo(p.At, text, at)).Select(p => p.Text.Block(p.At, text, at)));
                places.Add((text, at));
            }
        }
        return [.. blocks.OrderByDescending(b => b.Lines).ThenBy(b => b.First.ToString(), StringComparer.Ordinal)];
    }

    private sealed class Text(string name, string[] lines)
    {
        private readonly (string Content, int Line)[] _lines =
            [.. lines.Select((l, i) => (string.Join(' ', l.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), i + 1)).Where(l => l.Item1.Length > 0)];

        public string Name => name;

        public int Count => _lines.Length;

        public string Window(int at, int length) => string.Join('\n', _lines.Skip(at).Take(length).Select(l => l.Content));

        /// <summary>True when the lines before both places are equal too: the run began earlier and is known.</summary>
        public bool ContinuesTo(int at, Text other, int there) => at > 0 && there > 0 && _lines[at - 1].Content == other._lines[there - 1].Content;

        public EqualBlock Block(int at, Text other, int there)
        {
            var length = 0;
            while (at + length < Count && there + length < other.Count && _lines[at + length].Content == other._lines[there + length].Content) { length++; }
            return new EqualBlock(new(Name, _lines[at].Line), new(other.Name, other._lines[there].Line), length);
        }
    }
}
