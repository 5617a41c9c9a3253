using System.Text;
using System.Text.Json;
using LarkSandbox.Hosting;

namespace LarkSandbox.OAuth;

/// <summary>The fields of a token call, from JSON or a form, and the client's Basic credentials when there are some.</summary>
internal sealed class TokenRequest
{
    private readonly Dictionary<string, string> _fields = [];

    public (string Id, string Secret)? Basic { get; private init; }

    public string? this[string name] => _fields.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>Null when the body is neither JSON nor a form.</summary>
    public static async Task<TokenRequest?> ReadAsync(HttpRequest http, CancellationToken ct)
    {
        var request = new TokenRequest { Basic = ReadBasic(http) };
        if (http.HasFormContentType)
        {
            foreach (var (name, value) in await http.ReadFormAsync(ct))
            {
                request._fields[name] = value.ToString();
            }

            return request;
        }

        if (await Json.ReadObjectAsync(http, ct) is not { } body)
        {
            return null;
        }

        foreach (var (name, value) in body)
        {
            request._fields[name] = value?.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value?.ToJsonString() ?? "";
        }

        return request;
    }

    private static (string Id, string Secret)? ReadBasic(HttpRequest http)
    {
        var header = http.Headers.Authorization.ToString();
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        try
        {
            var parts = Encoding.UTF8.GetString(Convert.FromBase64String(header[6..].Trim())).Split(':', 2);
            return parts.Length == 2 ? (Uri.UnescapeDataString(parts[0]), Uri.UnescapeDataString(parts[1])) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
