using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace EdgePose.Repository;

/// <summary>A type by its full name; nested types carry their outermost type's namespace.</summary>
/// <param name="Assembly">Simple name of the defining assembly; for a P/Invoke the native library, prefixed by "native:".</param>
internal readonly record struct TypeName(string Assembly, string Namespace, string Name)
{
    /// <summary>True for what the compiler adds on its own, such as anonymous types and constant data.</summary>
    public bool IsCompilers => Name.StartsWith('<');

    public override string ToString() => $"{(Namespace.Length == 0 ? "" : Namespace + ".")}{Name}";
}

/// <summary>A member that code calls or reads, with its signature in C# style: <c>System.DateTime.get_Now()</c>.</summary>
internal readonly record struct MemberName(TypeName Type, string Name, string Parameters)
{
    public override string ToString() => $"{Type}.{Name}({Parameters})";
}

/// <summary>
/// Reads out of an assembly's metadata which types and members each outermost type uses: in its bases, attributes, fields, properties,
/// events and method signatures, in local variables, in caught exceptions, and in the instructions of every method body. What the
/// compiler makes of lambdas, iterators and async methods is nested in the type that wrote them and therefore counted there.
/// </summary>
internal sealed class TypeReferences : IDisposable
{
    private readonly PEReader _file;
    private readonly MetadataReader _metadata;
    private readonly string _assembly;

    public TypeReferences(string path)
    {
        _file = new PEReader(File.OpenRead(path));
        _metadata = _file.GetMetadataReader();
        _assembly = _metadata.GetString(_metadata.GetAssemblyDefinition().Name);
    }

    public void Dispose() => _file.Dispose();

    /// <summary>For each outermost type, everything that it and its nested types use, itself excluded.</summary>
    public IReadOnlyDictionary<TypeName, TypeUse> Read()
    {
        var uses = new Dictionary<TypeName, TypeUse>();
        foreach (var handle in _metadata.TypeDefinitions)
        {
            var owner = Outermost(handle);
            if (!uses.TryGetValue(owner, out var use)) { uses[owner] = use = new(new(_metadata, _assembly)); }
            ReadType(_metadata.GetTypeDefinition(handle), use);
        }
        foreach (var (owner, use) in uses) { use.Types.Remove(owner); }
        return uses;
    }

    private TypeName Outermost(TypeDefinitionHandle handle) => TypeNames.Outermost(_metadata, handle, _assembly);

    private void ReadType(TypeDefinition type, TypeUse use)
    {
        use.Add(type.BaseType);
        use.AddAttributes(type.GetCustomAttributes());
        foreach (var handle in type.GetInterfaceImplementations()) { use.Add(_metadata.GetInterfaceImplementation(handle).Interface); }
        AddConstraints(type.GetGenericParameters(), use);
        foreach (var handle in type.GetFields())
        {
            var field = _metadata.GetFieldDefinition(handle);
            field.DecodeSignature(use.Signatures, null);
            use.AddAttributes(field.GetCustomAttributes());
        }
        foreach (var handle in type.GetProperties())
        {
            var property = _metadata.GetPropertyDefinition(handle);
            property.DecodeSignature(use.Signatures, null);
            use.AddAttributes(property.GetCustomAttributes());
        }
        foreach (var handle in type.GetEvents())
        {
            use.Add(_metadata.GetEventDefinition(handle).Type);
            use.AddAttributes(_metadata.GetEventDefinition(handle).GetCustomAttributes());
        }
        foreach (var handle in type.GetMethods()) { ReadMethod(_metadata.GetMethodDefinition(handle), use); }
    }

    private void ReadMethod(MethodDefinition method, TypeUse use)
    {
        method.DecodeSignature(use.Signatures, null);
        use.AddAttributes(method.GetCustomAttributes());
        AddConstraints(method.GetGenericParameters(), use);
        foreach (var handle in method.GetParameters()) { use.AddAttributes(_metadata.GetParameter(handle).GetCustomAttributes()); }
        if (method.Attributes.HasFlag(MethodAttributes.PinvokeImpl))
        {
            var library = _metadata.GetString(_metadata.GetModuleReference(method.GetImport().Module).Name);
            use.Types.Add(new("native:" + library, "", library));
        }
        if (method.RelativeVirtualAddress == 0) { return; }
        var body = _file.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil) { _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(use.Signatures, null); }
        foreach (var region in body.ExceptionRegions) { use.Add(region.CatchType); }
        foreach (var token in Instructions.Tokens(body.GetILReader())) { use.Add(token); }
    }

    private void AddConstraints(GenericParameterHandleCollection parameters, TypeUse use)
    {
        foreach (var parameter in parameters)
        {
            foreach (var handle in _metadata.GetGenericParameter(parameter).GetConstraints())
            {
                use.Add(_metadata.GetGenericParameterConstraint(handle).Type);
            }
        }
    }
}
