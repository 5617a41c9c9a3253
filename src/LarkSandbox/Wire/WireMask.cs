using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LarkSandbox.Hosting;

namespace LarkSandbox.Wire;

/// <summary>Makes what crossed the wire fit to show: secrets are masked by the name of their key and by their value.</summary>
internal sealed partial class WireMask(IssuedSecrets secrets)
{
    private const string Masked = "***";

    private static readonly HashSet<string> SecretKeys = new(StringComparer.OrdinalIgnoreCase)
    {
        "app_secret", "AppSecret", "client_secret", "access_token", "refresh_token", "tenant_access_token", "app_access_token", "user_access_token",
        "device_code", "user_code", "code_verifier", "state", "ticket", "access_key", "Authorization", "token", "password",
    };

    public JsonNode? Mask(JsonNode? node) => node switch
    {
        null => null,
        JsonObject found => new JsonObject(found.Select(p => KeyValuePair.Create(MaskText(p.Key), MaskNamed(p.Key, p.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Mask)]),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => MaskText(value.GetValue<string>()),
        _ => node.DeepClone(),
    };

    /// <summary>Every word that was issued as a secret, or looks like a token, is masked; the rest stays.</summary>
    public string MaskText(string text) => Words().Replace(text, word => IsSecret(word.Value) ? Shorten(word.Value) : word.Value);

    private static string Shorten(string secret) =>
        secret.StartsWith("eyJ", StringComparison.Ordinal) ? string.Create(CultureInfo.InvariantCulture, $"eyJ…({secret.Length} chars)") : Masked;

    private JsonNode? MaskNamed(string key, JsonNode? value)
    {
        if (value is not JsonValue plain || plain.GetValueKind() != JsonValueKind.String)
        {
            return Mask(value);
        }

        var text = plain.GetValue<string>();
        return text.Length > 0 && (SecretKeys.Contains(key) || key == "code") ? Shorten(text) : MaskText(text);
    }

    private bool IsSecret(string word) => secrets.Contains(word) || (word.Length > 100 && word.StartsWith("eyJ", StringComparison.Ordinal));

    [GeneratedRegex(@"[A-Za-z0-9_\-]{8,}(?:\.[A-Za-z0-9_\-]+)*", RegexOptions.CultureInvariant)]
    private static partial Regex Words();
}
