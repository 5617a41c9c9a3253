using System.Text.Json.Nodes;
using LarkSandbox.Access;
using LarkSandbox.Chat;
using LarkSandbox.Hosting;

namespace LarkSandbox.Contacts;

/// <summary>
/// <c>/open-apis/contact/v3/users</c>, one person and at most 50 at once. In a batch an id nobody has fails the whole call, people out of
/// the app's range are left out.
/// </summary>
internal sealed class ContactsApi(ContactBook book, ContactView view, TenantDirectory directory)
{
    private const int MostAtOnce = 50;

    public IResult Get(HttpContext http, string userId)
    {
        book.CountCall();
        if (IdType(http) is not { } type)
        {
            return Answer.Error(40001, "param error");
        }

        if (directory.FindBy(type, userId) is not { } user)
        {
            return Answer.Error(41012, $"user id invalid: not a valid {{{type}}} {{{userId}}}");
        }

        return view.Of(user, Caller.Of(http)) is { } about ? Answer.Data(new JsonObject { ["user"] = about }) : Answer.Error(41050, "no user authority error");
    }

    public IResult Batch(HttpContext http)
    {
        book.CountCall();
        var ids = http.Request.Query["user_ids"].OfType<string>().Distinct().ToList();
        if (IdType(http) is not { } type || ids.Count is 0 or > MostAtOnce)
        {
            return Answer.Error(40001, "param error");
        }

        var caller = Caller.Of(http);
        var people = ids.ConvertAll(id => directory.FindBy(type, id));
        return people.Contains(null)
            ? Answer.Error(99992351, $"not a valid {{{type}}} {{{ids[people.IndexOf(null)]}}}")
            : Answer.Data(new JsonObject { ["items"] = new JsonArray([.. people.OfType<DemoUser>().Select(user => view.Of(user, caller)).OfType<JsonObject>()]) });
    }

    /// <summary>The kind of id a call speaks of; null when there is no such kind.</summary>
    public static string? IdType(HttpContext http) =>
        (http.Request.Query["user_id_type"].FirstOrDefault() ?? "open_id") is var type && type is "open_id" or "union_id" or "user_id" ? type : null;
}
