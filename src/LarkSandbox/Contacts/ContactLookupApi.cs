using System.Text.Json;
using System.Text.Json.Nodes;
using LarkSandbox.Access;
using LarkSandbox.Chat;
using LarkSandbox.Hosting;

namespace LarkSandbox.Contacts;

/// <summary>Names for ids (<c>basic_batch</c>), whatever the app's range is, and ids for e-mail addresses and phone numbers (<c>batch_get_id</c>).</summary>
internal sealed class ContactLookupApi(ContactBook book, ContactView view, TenantDirectory directory, AppScopes appScopes)
{
    private const int MostNames = 10;
    private const int MostAddresses = 50;

    public async Task<IResult> NamesAsync(HttpContext http, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        if (ContactsApi.IdType(http) is not { } type || Texts(body, "user_ids") is not { Count: > 0 and <= MostNames } ids)
        {
            return Answer.Error(40001, "param error");
        }

        return Answer.Data(new JsonObject { ["users"] = new JsonArray([.. ids.Distinct().Select(id => Name(type, id)).OfType<JsonObject>()]) });
    }

    /// <summary>Who is not found comes back without an id.</summary>
    public async Task<IResult> IdsAsync(HttpContext http, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        var (emails, mobiles) = (Texts(body, "emails"), Texts(body, "mobiles"));
        if (ContactsApi.IdType(http) is not { } type || emails is not { Count: <= MostAddresses } || mobiles is not { Count: <= MostAddresses } || emails.Count + mobiles.Count == 0)
        {
            return Answer.Error(40001, "param error");
        }

        var resigned = body.Flag("include_resigned") ?? false;
        return Answer.Data(new JsonObject
        {
            ["user_list"] = new JsonArray([
                .. emails.Select(e => Entry(type, "email", e, entry => entry.Email == e, resigned)),
                .. mobiles.Select(m => Entry(type, "mobile", m, entry => entry.Mobile == m, resigned)),
            ]),
        });
    }

    /// <summary>Null when it is there but is no list of texts.</summary>
    private static List<string>? Texts(JsonObject? body, string name)
    {
        if (body?[name] is null)
        {
            return [];
        }

        return body[name] is JsonArray items && items.All(i => i is JsonValue value && value.GetValueKind() == JsonValueKind.String)
            ? [.. items.Select(i => i!.GetValue<string>())]
            : null;
    }

    private JsonObject? Name(string type, string id) => directory.FindBy(type, id) is not { } user || book.Find(user.OpenId) is not { } entry ? null : new JsonObject
    {
        ["user_id"] = id,
        ["name"] = entry.Name,
        ["i18n_name"] = new JsonObject { ["zh_cn"] = entry.Name, ["ja_jp"] = entry.Name, ["en_us"] = entry.EnName },
    };

    private JsonObject Entry(string type, string field, string address, Func<ContactEntry, bool> isTheirs, bool resigned)
    {
        var about = new JsonObject { [field] = address };
        var user = directory.Users.FirstOrDefault(u => book.Find(u.OpenId) is { IsOutOfRange: false } entry && isTheirs(entry) && (resigned || !directory.HasLeft(u.OpenId)));
        if (user is null)
        {
            return about;
        }

        if (type != "user_id" || appScopes.Has("contact:user.employee_id:readonly"))
        {
            about["user_id"] = type switch { "union_id" => user.UnionId, "user_id" => user.UserId, _ => user.OpenId };
        }

        about["status"] = view.Status(user, book.Find(user.OpenId)!);
        return about;
    }
}
