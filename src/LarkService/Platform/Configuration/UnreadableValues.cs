using System.Collections;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace LarkService.Platform.Configuration;

/// <summary>
/// Finds every configured value that does not read as the type its option has. The framework's binder stops at the first
/// one; whoever sets up the service wants to see all of them at once.
/// </summary>
internal static class UnreadableValues
{
    public static IEnumerable<ValidationResult> In(IConfigurationSection section, Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            // The binder reads an empty text as none here, too.
            return section.Value is { Length: 0 } ? [] : In(section, inner);
        }

        if (section.Value is { } text && IsScalar(type))
        {
            return Reads(text, type) ? [] : [Mend.Key(section.Path.Replace(":", "__", StringComparison.Ordinal), $"is '{text}', which does not read as {Words(type)}")];
        }

        if (IsScalar(type))
        {
            return [];
        }

        return ElementType(type) is { } element
            ? section.GetChildren().SelectMany(child => In(child, element))
            : type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite)
                .SelectMany(p => In(section.GetSection(p.Name), p.PropertyType));
    }

    private static bool IsScalar(Type type) => type.IsPrimitive || type.IsEnum || TypeDescriptor.GetConverter(type).CanConvertFrom(typeof(string));

    private static Type? ElementType(Type type)
    {
        if (!typeof(IEnumerable).IsAssignableFrom(type))
        {
            return null;
        }

        var arguments = type.GetGenericArguments();
        return arguments.Length > 0 ? arguments[^1] : null;
    }

    private static bool Reads(string text, Type type)
    {
        if (type.IsEnum)
        {
            // The converter would take any number as well.
            return Enum.GetNames(type).Contains(text.Trim(), StringComparer.OrdinalIgnoreCase);
        }

        try
        {
            _ = TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text);
            return true;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or NotSupportedException or OverflowException)
        {
            return false;
        }
    }

    private static string Words(Type type)
    {
        if (type.IsEnum)
        {
            return "one of " + string.Join(", ", Enum.GetNames(type));
        }

        return type == typeof(TimeSpan) ? "a duration: write hh:mm:ss"
            : type == typeof(bool) ? "true or false"
            : type == typeof(int) || type == typeof(long) ? "a whole number"
            : $"a {type.Name}";
    }
}
