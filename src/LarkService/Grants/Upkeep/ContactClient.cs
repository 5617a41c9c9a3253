using System.Text.Json;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.Grants.Upkeep;

/// <summary>
/// <c>GET /open-apis/contact/v3/users/batch</c> as the app itself, with scope <c>contact:contact.base:readonly</c>. Every further
/// field needs a scope of its own, and who lies outside the app's range in the directory is not in the answer.
/// </summary>
internal sealed class ContactClient(OpenApiClient api)
{
    /// <summary>The platform's limit for one call.</summary>
    public const int MostAtOnce = 50;

    /// <exception cref="PlatformException">The platform refused.</exception>
    /// <exception cref="HttpRequestException">The platform could not be reached.</exception>
    public async Task<IReadOnlyList<Contact>> FindAsync(LarkApp app, IReadOnlyList<string> openIds, CancellationToken ct)
    {
        var ids = string.Concat(openIds.Select(id => "&user_ids=" + Uri.EscapeDataString(id)));
        var data = await api.SendAsync(app, HttpMethod.Get, "/open-apis/contact/v3/users/batch?user_id_type=open_id" + ids, body: null, repeatable: true, ct);
        return Property(data, "items") is { ValueKind: JsonValueKind.Array } items ? [.. items.EnumerateArray().Select(Read).OfType<Contact>()] : [];
    }

    /// <summary>The refusal is about somebody in the batch, so the others may go through without them.</summary>
    public static bool IsAboutSomebody(PlatformError error) => error.Code is
        40001                   // a parameter it cannot read
        or 41012 or 41050       // id invalid, outside the app's range in the directory
        or 99992351 or 99992361 // open_id unknown, of another app
        or 99992364 or 99992381; // of another company

    private static Contact? Read(JsonElement item)
    {
        if (Text(item, "open_id") is not { } openId)
        {
            return null;
        }

        var avatar = Property(item, "avatar");
        var status = Property(item, "status");
        return new Contact(openId)
        {
            UnionId = Text(item, "union_id"),
            UserId = Text(item, "user_id"),
            Name = Text(item, "name"),
            EnName = Text(item, "en_name"),
            AvatarUrl = Text(avatar, "avatar_240") ?? Text(avatar, "avatar_72"),
            Email = Text(item, "email"),
            Mobile = Text(item, "mobile"),
            HasLeft = IsTrue(status, "is_resigned") || IsTrue(status, "is_exited"),
        };
    }

    private static JsonElement Property(JsonElement from, string name) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var value) ? value : default;

    private static bool IsTrue(JsonElement from, string name) => Property(from, name).ValueKind == JsonValueKind.True;

    private static string? Text(JsonElement from, string name) =>
        Property(from, name) is { ValueKind: JsonValueKind.String } value && value.GetString() is { Length: > 0 } text ? text : null;
}
