using System.Text.Json.Nodes;
using LarkSandbox.Access;
using LarkSandbox.Chat;

namespace LarkSandbox.Contacts;

/// <summary>Somebody as the directory shows them: each field by a scope of its own, absent without it.</summary>
internal sealed class ContactView(ContactBook book, TenantDirectory directory, AppScopes appScopes)
{
    /// <summary>The app sees its own range, a person everybody. Null when the caller does not see them.</summary>
    public JsonObject? Of(DemoUser user, Caller caller)
    {
        if (book.Find(user.OpenId) is not { } entry || (caller.IsApp && entry.IsOutOfRange))
        {
            return null;
        }

        var about = new JsonObject { ["open_id"] = user.OpenId, ["union_id"] = user.UnionId };
        AddIf(caller, "contact:user.base:readonly", about, "name", entry.Name);
        AddIf(caller, "contact:user.base:readonly", about, "en_name", entry.EnName);
        AddIf(caller, "contact:user.base:readonly", about, "avatar", new JsonObject { ["avatar_72"] = "", ["avatar_240"] = "", ["avatar_640"] = "", ["avatar_origin"] = "" });
        AddIf(caller, "contact:user.email:readonly", about, "email", entry.Email);
        AddIf(caller, "contact:user.phone:readonly", about, "mobile", entry.Mobile);
        AddIf(caller, "contact:user.employee_id:readonly", about, "user_id", user.UserId);
        AddIf(caller, "contact:user.employee:readonly", about, "status", Status(user, entry));
        return about;
    }

    public JsonObject Status(DemoUser user, ContactEntry entry)
    {
        var hasLeft = directory.HasLeft(user.OpenId);
        return new JsonObject
        {
            ["is_frozen"] = entry.IsFrozen,
            ["is_resigned"] = hasLeft,
            ["is_activated"] = !hasLeft,
            ["is_exited"] = false,
            ["is_unjoin"] = false,
        };
    }

    private void AddIf(Caller caller, string scope, JsonObject about, string name, JsonNode value)
    {
        if (caller.IsApp ? appScopes.Has(scope) : caller.Scopes.Contains(scope))
        {
            about[name] = value;
        }
    }
}
