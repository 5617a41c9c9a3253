using System.Reflection;

namespace LarkService.UnitTests.Architecture;

/// <summary>
/// What the compiled service shows: bases, members, attributes and local variables of each type, those included that the
/// compiler made for lambdas and async methods.
/// </summary>
internal static class CompiledRules
{
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    public static IEnumerable<string> Faults(Assembly service) =>
        from type in service.GetTypes()
        let user = FolderOf(type)
        where user is not null && FolderTable.MayUse.ContainsKey(user)
        from used in UsedBy(type).SelectMany(Parts).Select(FolderOf).OfType<string>().Distinct()
        where !FolderTable.Allows(user, used)
        select FolderTable.Fault(type.FullName!, user, used);

    /// <summary>For each folder the names that follow it in code: its types and its inner namespaces.</summary>
    public static IReadOnlyDictionary<string, IReadOnlySet<string>> NamesByFolder(Assembly service) => service.GetTypes()
        .Where(t => !t.IsNested && FolderOf(t) is not null)
        .GroupBy(t => FolderOf(t)!)
        .ToDictionary(g => g.Key, g => (IReadOnlySet<string>)g.Select(NameAfterFolder).ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);

    private static string NameAfterFolder(Type type) => type.Namespace!.Split('.') is [_, _, var inner, ..] ? inner : type.Name.Split('`')[0];

    private static string? FolderOf(Type type) => type.Namespace?.Split('.') is ["LarkService", var folder, ..] ? folder : null;

    private static IEnumerable<Type> UsedBy(Type type) =>
    [
        .. type.BaseType is { } parent ? [parent] : Array.Empty<Type>(),
        .. type.GetInterfaces(),
        .. type.GetCustomAttributesData().Select(a => a.AttributeType),
        .. type.GetFields(Own).Select(f => f.FieldType),
        .. type.GetProperties(Own).Select(p => p.PropertyType),
        .. type.GetMethods(Own).SelectMany(m => Signature(m).Append(m.ReturnType)),
        .. type.GetConstructors(Own).SelectMany(Signature),
    ];

    private static IEnumerable<Type> Signature(MethodBase method) => method.GetParameters().Select(p => p.ParameterType)
        .Concat(method.GetMethodBody()?.LocalVariables.Select(v => v.LocalType) ?? []);

    private static IEnumerable<Type> Parts(Type type) => type.HasElementType
        ? Parts(type.GetElementType()!)
        : type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type) : [type];
}
