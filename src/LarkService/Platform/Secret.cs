using System.ComponentModel;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LarkService.Platform;

/// <summary>
/// A token, code or app secret on its way through the service. It prints as <c>***</c> everywhere, in logs, exceptions and
/// JSON, and shows its value only to whoever calls <see cref="Reveal"/>: where it goes on the wire or is sealed.
/// </summary>
[JsonConverter(typeof(MaskedJson))]
[TypeConverter(typeof(FromText))]
internal sealed class Secret(string value) : IEquatable<Secret>
{
    private readonly string _value = value;

    public string Reveal() => _value;

    public bool IsEmpty => string.IsNullOrWhiteSpace(_value);

    public override string ToString() => "***";

    /// <summary>Compares in constant time for values of one length.</summary>
    public bool Equals(Secret? other) => other is not null
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(_value), Encoding.UTF8.GetBytes(other._value));

    public override bool Equals(object? obj) => Equals(obj as Secret);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(_value);

    private sealed class MaskedJson : JsonConverter<Secret>
    {
        public override Secret? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetString() is { } text ? new Secret(text) : null;

        public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) => writer.WriteStringValue("***");
    }

    // Configuration binding turns text into a secret through the type converter.
    private sealed class FromText : TypeConverter
    {
        public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) => sourceType == typeof(string);

        public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) => new Secret((string)value);
    }
}
