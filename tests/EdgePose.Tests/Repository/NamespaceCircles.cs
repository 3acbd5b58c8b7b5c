namespace EdgePose.Repository;

/// <summary>
/// Finds circles between the namespaces of one assembly: the strongly connected components of more than one namespace. Each namespace is
/// a node of its own, so that a folder and its sub-folder can form a circle. Constants and <c>nameof</c> leave no trace in an assembly and
/// are not seen.
/// </summary>
internal sealed class NamespaceCircles
{
    private readonly Dictionary<string, List<NamespaceEdge>> _edges;
    private readonly Dictionary<string, int> _order = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _lowest = new(StringComparer.Ordinal);
    private readonly Stack<string> _open = new();
    private readonly List<NamespaceCircle> _circles = [];

    private NamespaceCircles(IEnumerable<NamespaceEdge> edges) =>
        _edges = edges.GroupBy(e => e.From, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);

    /// <summary>The circles among the given types, sorted by name.</summary>
    /// <param name="uses">What each type uses; see <see cref="TypeReferences.Read"/>.</param>
    public static IReadOnlyList<NamespaceCircle> Find(IReadOnlyDictionary<TypeName, TypeUse> uses)
    {
        var search = new NamespaceCircles(Edges(uses));
        foreach (var start in search._edges.Keys.Order(StringComparer.Ordinal))
        {
            if (!search._order.ContainsKey(start)) { search.Visit(start); }
        }
        return [.. search._circles.OrderBy(c => c.Name, StringComparer.Ordinal)];
    }

    private static IEnumerable<NamespaceEdge> Edges(IReadOnlyDictionary<TypeName, TypeUse> uses) => uses
        .Where(u => !u.Key.IsCompilers)
        .SelectMany(u => u.Value.Types.Where(t => t.Assembly == u.Key.Assembly && !t.IsCompilers).Select(t => (User: u.Key, Used: t)))
        .Where(p => p.User.Namespace != p.Used.Namespace)
        .GroupBy(p => (From: p.User.Namespace, To: p.Used.Namespace))
        .Select(g => (Edge: g.Key, Example: g.MinBy(p => (p.User.Name, p.Used.Name)), Count: g.Count()))
        .Select(e => new NamespaceEdge(e.Edge.From, e.Edge.To, e.Example.User, e.Example.Used, e.Count))
        .OrderBy(e => e.To, StringComparer.Ordinal);

    /// <summary>Tarjan's algorithm: a namespace closes a component when nothing it reaches leads back behind it.</summary>
    private void Visit(string name)
    {
        _order[name] = _lowest[name] = _order.Count;
        _open.Push(name);
        foreach (var next in Next(name))
        {
            if (!_order.TryGetValue(next, out var order))
            {
                Visit(next);
                _lowest[name] = Math.Min(_lowest[name], _lowest[next]);
            }
            else if (_open.Contains(next)) { _lowest[name] = Math.Min(_lowest[name], order); }
        }
        if (_lowest[name] == _order[name]) { Close(name); }
    }

    private IEnumerable<string> Next(string name) => _edges.TryGetValue(name, out var edges) ? edges.Select(e => e.To) : [];

    private void Close(string root)
    {
        var members = new SortedSet<string>(StringComparer.Ordinal);
        do { members.Add(_open.Peek()); } while (_open.Pop() != root);
        if (members.Count < 2) { return; }
        _circles.Add(new([.. members], [.. members.SelectMany(m => _edges[m]).Where(e => members.Contains(e.To))]));
    }
}
