using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Mas.Tests.Architecture;

/// <summary>Which namespaces a program's types use: in signatures, fields, base types, attributes and in the code of their methods.</summary>
public sealed class AssemblyUses : IDisposable
{
    private readonly ModuleDefinition _module;

    private AssemblyUses(ModuleDefinition module) => _module = module;

    /// <summary>Every use of another namespace, by the type that has it.</summary>
    public IReadOnlyList<Use> All { get; private init; } = [];

    /// <summary>The names of the assemblies that it refers to.</summary>
    public IEnumerable<string> References => _module.AssemblyReferences.Select(reference => reference.Name);

    /// <summary>Reads the assembly that holds a type.</summary>
    public static AssemblyUses Of(Type anyType)
    {
        var module = ModuleDefinition.ReadModule(anyType.Assembly.Location);
        var uses = new HashSet<Use>();
        foreach (var type in module.GetTypes())
        {
            var (name, home) = (Outermost(type).FullName, NamespaceOf(type));
            foreach (var used in TypesOf(type).SelectMany(Parts))
            {
                if (NamespaceOf(used) is { Length: > 0 } other && other != home)
                    uses.Add(new Use(name, home, Outermost(used).FullName, other));
            }
        }
        return new AssemblyUses(module) { All = [.. uses] };
    }

    /// <inheritdoc/>
    public void Dispose() => _module.Dispose();

    private static IEnumerable<TypeReference?> TypesOf(TypeDefinition type)
    {
        yield return type.BaseType;
        foreach (var implemented in type.Interfaces)
            yield return implemented.InterfaceType;
        foreach (var attribute in type.CustomAttributes)
            yield return attribute.AttributeType;
        foreach (var field in type.Fields)
            yield return field.FieldType;
        foreach (var method in type.Methods)
        {
            foreach (var used in TypesOf(method))
                yield return used;
        }
    }

    private static IEnumerable<TypeReference?> TypesOf(MethodDefinition method)
    {
        foreach (var used in TypesOf((MethodReference)method))
            yield return used;
        if (!method.HasBody)
            yield break;
        foreach (var variable in method.Body.Variables)
            yield return variable.VariableType;
        foreach (var instruction in method.Body.Instructions)
        {
            foreach (var used in TypesOf(instruction))
                yield return used;
        }
    }

    private static IEnumerable<TypeReference?> TypesOf(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        FieldReference field => [field.DeclaringType, field.FieldType],
        MethodReference method => TypesOf(method),
        _ => [],
    };

    private static IEnumerable<TypeReference?> TypesOf(MethodReference method)
    {
        yield return method.DeclaringType;
        yield return method.ReturnType;
        foreach (var parameter in method.Parameters)
            yield return parameter.ParameterType;
        if (method is GenericInstanceMethod generic)
        {
            foreach (var argument in generic.GenericArguments)
                yield return argument;
        }
    }

    /// <summary>A type's own, its element's, and its arguments'.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference? type) => type switch
    {
        null or GenericParameter => [],
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Append(generic.ElementType),
        TypeSpecification specification => Parts(specification.ElementType),
        _ => [type],
    };

    private static TypeReference Outermost(TypeReference type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static string NamespaceOf(TypeReference type) => Outermost(type).Namespace;

    /// <summary>A type uses another.</summary>
    /// <param name="Type">Which type does.</param>
    /// <param name="From">Its namespace.</param>
    /// <param name="Used">Which type it uses.</param>
    /// <param name="To">That one's namespace.</param>
    public sealed record Use(string Type, string From, string Used, string To)
    {
        /// <inheritdoc/>
        public override string ToString() => $"{Type} uses {Used}";
    }
}
