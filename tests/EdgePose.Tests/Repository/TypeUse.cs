using System.Reflection.Metadata;

namespace EdgePose.Repository;

/// <summary>Collects what one type uses, whatever kind of metadata handle names it.</summary>
internal sealed class TypeUse(TypeNames names)
{
    public HashSet<TypeName> Types => names.Seen;
    public HashSet<MemberName> Members { get; } = [];
    public ISignatureTypeProvider<string, object?> Signatures => names;

    private MetadataReader Metadata => names.Metadata;

    public void AddAttributes(CustomAttributeHandleCollection attributes)
    {
        foreach (var handle in attributes) { Add(Metadata.GetCustomAttribute(handle).Constructor); }
    }

    public void Add(EntityHandle handle)
    {
        if (handle.IsNil) { return; }
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition: names.GetTypeFromDefinition(Metadata, (TypeDefinitionHandle)handle, 0); break;
            case HandleKind.TypeReference: names.GetTypeFromReference(Metadata, (TypeReferenceHandle)handle, 0); break;
            case HandleKind.TypeSpecification: Metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(names, null); break;
            case HandleKind.FieldDefinition:
                var field = Metadata.GetFieldDefinition((FieldDefinitionHandle)handle);
                Add(field.GetDeclaringType());
                field.DecodeSignature(names, null);
                break;
            case HandleKind.MethodDefinition:
                var method = Metadata.GetMethodDefinition((MethodDefinitionHandle)handle);
                Add(method.GetDeclaringType());
                method.DecodeSignature(names, null);
                break;
            case HandleKind.MethodSpecification:
                var generic = Metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                generic.DecodeSignature(names, null);
                Add(generic.Method);
                break;
            case HandleKind.MemberReference: AddMember(Metadata.GetMemberReference((MemberReferenceHandle)handle)); break;
            default: break; // strings and stand-alone signatures name no type
        }
    }

    private void AddMember(MemberReference member)
    {
        Add(member.Parent);
        if (member.GetKind() == MemberReferenceKind.Field) { member.DecodeFieldSignature(names, null); return; }
        var signature = member.DecodeMethodSignature(names, null);
        if (TypeOf(member.Parent) is { } type)
        {
            Members.Add(new(type, Metadata.GetString(member.Name), string.Join(", ", signature.ParameterTypes)));
        }
    }

    /// <summary>The type that declares a member; for a generic instance, its definition.</summary>
    private TypeName? TypeOf(EntityHandle handle) => handle.Kind switch
    {
        HandleKind.TypeReference => names.Name((TypeReferenceHandle)handle),
        HandleKind.TypeSpecification => names.DefinitionOf(Metadata.GetTypeSpecification((TypeSpecificationHandle)handle)),
        _ => null,
    };
}
