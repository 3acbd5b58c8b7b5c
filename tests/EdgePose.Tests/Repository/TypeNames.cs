using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace EdgePose.Repository;

/// <summary>Turns signatures into text and remembers every type that it meets on the way.</summary>
internal sealed class TypeNames(MetadataReader metadata, string assembly) : ISignatureTypeProvider<string, object?>
{
    private TypeName? _lastGeneric;

    public MetadataReader Metadata => metadata;
    public HashSet<TypeName> Seen { get; } = [];

    public static TypeName Outermost(MetadataReader metadata, TypeDefinitionHandle handle, string assembly)
    {
        var type = metadata.GetTypeDefinition(handle);
        while (!type.GetDeclaringType().IsNil) { type = metadata.GetTypeDefinition(type.GetDeclaringType()); }
        return new(assembly, metadata.GetString(type.Namespace), metadata.GetString(type.Name));
    }

    public TypeName Name(TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        while (type.ResolutionScope.Kind == HandleKind.TypeReference)
        {
            type = metadata.GetTypeReference((TypeReferenceHandle)type.ResolutionScope);
        }
        var home = type.ResolutionScope.Kind == HandleKind.AssemblyReference
            ? metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name)
            : assembly;
        return new(home, metadata.GetString(type.Namespace), metadata.GetString(type.Name));
    }

    /// <summary>The generic type of which <paramref name="specification"/> is an instance; null for arrays and parameters.</summary>
    public TypeName? DefinitionOf(TypeSpecification specification)
    {
        _lastGeneric = null;
        specification.DecodeSignature(this, null);
        return _lastGeneric;
    }

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) =>
        Remember(Outermost(metadata, handle, assembly));

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => Remember(Name(handle));

    public string GetTypeFromSpecification(MetadataReader reader, object? context, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, context);

    public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments)
    {
        // The outermost instance is reported last.
        _lastGeneric = Seen.FirstOrDefault(t => t.ToString() == genericType);
        return $"{genericType}<{string.Join(", ", typeArguments)}>";
    }

    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode.ToString();

    public string GetArrayType(string elementType, ArrayShape shape) => elementType + "[,]";

    public string GetSZArrayType(string elementType) => elementType + "[]";

    public string GetByReferenceType(string elementType) => "ref " + elementType;

    public string GetPointerType(string elementType) => elementType + "*";

    public string GetPinnedType(string elementType) => elementType;

    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;

    public string GetFunctionPointerType(MethodSignature<string> signature) => "delegate*";

    public string GetGenericTypeParameter(object? genericContext, int index) => "T" + index;

    public string GetGenericMethodParameter(object? genericContext, int index) => "M" + index;

    private string Remember(TypeName name)
    {
        Seen.Add(name);
        return name.ToString();
    }
}
