using System.Text.Json.Nodes;
using LarkSandbox.Chat;
using LarkSandbox.Hosting;
using LarkSandbox.Im;

namespace LarkSandbox.Contacts;

/// <summary>
/// <c>GET /open-apis/contact/v3/users/batch</c>: at most 50 people, each field by a scope of its own. An id nobody has fails the
/// whole call; people out of the app's range are left out.
/// </summary>
internal sealed class ContactsApi(ApiGate gate, ContactBook book, TenantDirectory directory, SandboxOptions options)
{
    private const int MostAtOnce = 50;
    private static readonly ApiRule Rule = new("contact_batch", TakesUserToken: true, ["contact:contact.base:readonly"]);

    public IResult Batch(HttpContext http)
    {
        book.CountCall();
        if (gate.Refuse(http, Rule, out _) is { } refusal)
        {
            return refusal;
        }

        var type = http.Request.Query["user_id_type"].FirstOrDefault() ?? "open_id";
        var ids = http.Request.Query["user_ids"].OfType<string>().Distinct().ToList();
        if (type is not ("open_id" or "union_id" or "user_id") || ids.Count is 0 or > MostAtOnce)
        {
            return Answer.Error(40001, "param error");
        }

        var people = ids.ConvertAll(id => directory.FindBy(type, id));
        return people.Contains(null)
            ? Answer.Error(99992351, $"not a valid {{{type}}} {{{ids[people.IndexOf(null)]}}}")
            : Answer.Data(new JsonObject { ["items"] = new JsonArray([.. people.OfType<DemoUser>().Select(Describe).OfType<JsonObject>()]) });
    }

    private JsonObject? Describe(DemoUser user)
    {
        if (book.Find(user.OpenId) is not { IsOutOfRange: false } entry)
        {
            return null;
        }

        var hasLeft = directory.HasLeft(user.OpenId);
        var about = new JsonObject { ["open_id"] = user.OpenId, ["union_id"] = user.UnionId };
        AddIf("contact:user.base:readonly", about, "name", entry.Name);
        AddIf("contact:user.base:readonly", about, "en_name", entry.EnName);
        AddIf("contact:user.base:readonly", about, "avatar", new JsonObject { ["avatar_72"] = "", ["avatar_240"] = "", ["avatar_640"] = "", ["avatar_origin"] = "" });
        AddIf("contact:user.email:readonly", about, "email", entry.Email);
        AddIf("contact:user.phone:readonly", about, "mobile", entry.Mobile);
        AddIf("contact:user.employee_id:readonly", about, "user_id", user.UserId);
        AddIf("contact:user.employee:readonly", about, "status", new JsonObject
        {
            ["is_frozen"] = entry.IsFrozen,
            ["is_resigned"] = hasLeft,
            ["is_activated"] = !hasLeft,
            ["is_exited"] = false,
            ["is_unjoin"] = false,
        });
        return about;
    }

    private void AddIf(string scope, JsonObject about, string name, JsonNode value)
    {
        if (options.AppScopes.Contains(scope))
        {
            about[name] = value;
        }
    }
}
