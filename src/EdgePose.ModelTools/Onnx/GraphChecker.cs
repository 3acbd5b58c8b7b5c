namespace EdgePose.ModelTools.Onnx;

/// <summary>
/// The rules of ONNX that an edit most easily breaks: one producer for each value, every input defined before its use, outputs that
/// exist, tensors whose data fit their shape and lie in the file. It does not know the operators' own signatures.
/// </summary>
internal static class GraphChecker
{
    /// <exception cref="ModelToolsException">The first violation, with the file and the node or tensor.</exception>
    public static void Check(ModelProto model, string file)
    {
        if (model.Graph is null || model.IrVersion <= 0) { throw Broken(file, "not an ONNX model: it has no graph or no format version"); }
        if (model.OpsetImport.Count == 0) { throw Broken(file, "no operator set is named"); }
        if (model.Graph.Node.Count == 0) { throw Broken(file, "the graph is empty"); }
        if (model.Graph.Output.Count == 0) { throw Broken(file, "the graph has no output"); }
        Check(model.Graph, file, []);
        foreach (var attribute in model.Functions.SelectMany(f => f.Node).SelectMany(n => n.Attribute)) { CheckTensors(attribute, file); }
    }

    private static void Check(GraphProto graph, string file, HashSet<string> outer)
    {
        var defined = new HashSet<string>(outer, StringComparer.Ordinal);
        var own = new HashSet<string>(StringComparer.Ordinal);
        foreach (var input in graph.Input) { Define(input.Name, "input", own, file); }
        var inputs = own.ToHashSet(StringComparer.Ordinal);
        var initializers = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tensor in graph.Initializer)
        {
            CheckTensor(tensor, file);
            // An initializer may be the default value of the input of the same name (up to IR 3 it always is).
            Define(tensor.Name, "initializer", initializers, file);
            if (!inputs.Contains(tensor.Name)) { Define(tensor.Name, "initializer", own, file); }
        }
        foreach (var sparse in graph.SparseInitializer)
        {
            if (sparse.Values is null) { throw Broken(file, "a sparse initializer has no values"); }
            CheckTensor(sparse.Values, file);
            Define(sparse.Values.Name, "sparse initializer", own, file);
        }
        defined.UnionWith(own);
        foreach (var node in graph.Node) { CheckNode(node, file, defined, own); }
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var output in graph.Output)
        {
            if (!defined.Contains(output.Name)) { throw Broken(file, $"nothing produces the output '{output.Name}'"); }
            if (!names.Add(output.Name)) { throw Broken(file, $"the output '{output.Name}' is declared twice"); }
        }
    }

    private static void CheckNode(NodeProto node, string file, HashSet<string> defined, HashSet<string> own)
    {
        if (node.OpType.Length == 0) { throw Broken(file, $"node '{node.Name}' has no operator"); }
        foreach (var input in node.Input)
        {
            if (input.Length > 0 && !defined.Contains(input))
            {
                throw Broken(file, $"node '{node.Name}' ({node.OpType}) uses '{input}' before anything defines it");
            }
        }
        var attributes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var attribute in node.Attribute)
        {
            if (!attributes.Add(attribute.Name)) { throw Broken(file, $"node '{node.Name}' ({node.OpType}) has '{attribute.Name}' twice"); }
            CheckTensors(attribute, file);
            foreach (var body in GraphEdit.Subgraphs(attribute)) { Check(body, file, defined); }
        }
        foreach (var output in node.Output)
        {
            if (output.Length == 0) { continue; }
            Define(output, $"output of node '{node.Name}' ({node.OpType})", own, file);
            defined.Add(output);
        }
    }

    private static void CheckTensors(AttributeProto attribute, string file)
    {
        if (attribute.T is not null) { CheckTensor(attribute.T, file); }
        foreach (var tensor in attribute.Tensors) { CheckTensor(tensor, file); }
    }

    private static void CheckTensor(TensorProto tensor, string file)
    {
        if (tensor.DataLocation != 0 || tensor.ExternalData.Count > 0)
        {
            throw new ModelToolsException($"{file}: tensor '{tensor.Name}' lies in another file", "save the model again as a single file");
        }
        var count = ElementTypes.Count(tensor.Dims);
        var stored = TensorData.StoredCount(tensor);
        // -1: a type without a known layout (int4, float8): nothing to compare.
        if (count < 0 || (stored != -1 && stored != count))
        {
            throw Broken(file, $"tensor '{tensor.Name}': its shape [{string.Join(',', tensor.Dims)}] does not fit the data it holds");
        }
    }

    private static void Define(string name, string what, HashSet<string> own, string file)
    {
        if (name.Length == 0) { throw Broken(file, $"an {what} has no name"); }
        if (!own.Add(name)) { throw Broken(file, $"'{name}' is defined twice (the second time as {what})"); }
    }

    private static ModelToolsException Broken(string file, string problem) => new($"{file}: {problem}");
}
