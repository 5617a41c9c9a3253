using System.Text.Json.Nodes;
using LarkSandbox.Chat;
using LarkSandbox.Contacts;
using LarkSandbox.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace LarkSandbox.Tests;

/// <summary>The company's directory, as <c>contact/v3/users/batch</c> shows it.</summary>
public sealed class ContactTests : SandboxTest
{
    private const string Batch = "/open-apis/contact/v3/users/batch?user_id_type=open_id";

    private ContactBook Book => Sandbox.Services.GetRequiredService<ContactBook>();

    private protected override SandboxOptions Options { get; } = new() { AppScopes = [.. new SandboxOptions().AppScopes.Except(["contact:user.phone:readonly"])] };

    [Fact]
    public async Task It_shows_each_field_by_its_own_scope_and_what_has_changed()
    {
        Book.Change(Ava.OpenId, entry => entry with { Name = "Ava Rock" });
        Sandbox.Services.GetRequiredService<TenantDirectory>().Leave(Ava.OpenId);
        var items = (await AskAsync(Ava.OpenId, LiLei.OpenId)).Body["data"]!["items"]!.AsArray();

        Assert.Equal(2, items.Count);
        var ava = Assert.Single(items, i => i!["open_id"]!.ToString() == Ava.OpenId)!;
        Assert.Equal(("Ava Rock", Ava.UnionId, true), (ava["name"]!.ToString(), ava["union_id"]!.ToString(), (bool)ava["status"]!["is_resigned"]!));
        Assert.Null(ava["mobile"]); // the app lacks the scope
    }

    [Fact]
    public async Task People_out_of_range_are_left_out_and_an_unknown_id_fails_the_call()
    {
        Book.Change(Ava.OpenId, entry => entry with { IsOutOfRange = true });
        Assert.Single((await AskAsync(Ava.OpenId, LiLei.OpenId)).Body["data"]!["items"]!.AsArray());

        var refused = await AskAsync(LiLei.OpenId, "ou_nobody");
        Assert.Equal((400, 99992351), (refused.Status, (int)refused.Body["code"]!));
    }

    [Fact]
    public async Task Fifty_at_most()
    {
        Assert.Equal(40001, (int)(await AskAsync([.. Enumerable.Range(0, 51).Select(i => $"ou_{i}")])).Body["code"]!);
        Assert.Equal(40001, (int)(await AskAsync()).Body["code"]!);
    }

    [Fact]
    public async Task One_person_is_shown_found_by_any_of_their_ids()
    {
        var app = await TenantTokenAsync();
        foreach (var (type, id) in new[] { ("open_id", Ava.OpenId), ("union_id", Ava.UnionId), ("user_id", Ava.UserId) })
        {
            var shown = await CallAsync(HttpMethod.Get, $"/open-apis/contact/v3/users/{id}?user_id_type={type}", bearer: app);
            Assert.Equal(("Ava Stone", Ava.OpenId), (shown.Data["user"]!["name"]!.ToString(), shown.Data["user"]!["open_id"]!.ToString()));
        }

        Assert.Equal(41012, (await CallAsync(HttpMethod.Get, "/open-apis/contact/v3/users/ou_nobody", bearer: app)).Code);
        Assert.Equal(40001, (await CallAsync(HttpMethod.Get, $"/open-apis/contact/v3/users/{Ava.OpenId}?user_id_type=email", bearer: app)).Code);
    }

    [Fact]
    public async Task A_person_sees_everybody_with_the_fields_they_granted_and_the_app_its_range()
    {
        Book.Change(Ava.OpenId, entry => entry with { IsOutOfRange = true });
        Assert.Equal(41050, (await CallAsync(HttpMethod.Get, $"/open-apis/contact/v3/users/{Ava.OpenId}", bearer: await TenantTokenAsync())).Code);

        var lei = Platform.Grant(LiLei.OpenId, "contact:contact.base:readonly", "contact:user.email:readonly").Access.Value;
        var seen = (await CallAsync(HttpMethod.Get, $"/open-apis/contact/v3/users/{Ava.OpenId}", bearer: lei)).Data["user"]!;
        Assert.Equal((Ava.Email, null), (seen["email"]!.ToString(), seen["name"]));
    }

    [Fact]
    public async Task Names_come_whatever_the_range_is_and_who_is_unknown_is_missing()
    {
        Book.Change(Ava.OpenId, entry => entry with { IsOutOfRange = true });
        var lei = Platform.Grant(LiLei.OpenId, "contact:user.basic_profile:readonly").Access.Value;
        const string Path = "/open-apis/contact/v3/users/basic_batch?user_id_type=open_id";
        var named = (await PostAsync(Path, new JsonObject { ["user_ids"] = new JsonArray(Ava.OpenId, "ou_nobody", LiLei.OpenId) }, lei)).Data["users"]!.AsArray();

        Assert.Equal([(Ava.OpenId, "Ava Stone"), (LiLei.OpenId, "Li Lei")], named.Select(n => (n!["user_id"]!.ToString(), n["i18n_name"]!["en_us"]!.ToString())));
        Assert.Equal(40001, (await PostAsync(Path, new JsonObject { ["user_ids"] = new JsonArray([.. Enumerable.Range(0, 11).Select(i => JsonValue.Create($"ou_{i}"))]) }, lei)).Code);
        Assert.Equal(40001, (await PostAsync(Path, new JsonObject { ["user_ids"] = "ou_x" }, lei)).Code);
    }

    [Fact]
    public async Task Ids_are_found_by_address_by_the_app_only()
    {
        const string Path = "/open-apis/contact/v3/users/batch_get_id?user_id_type=union_id";
        Sandbox.Services.GetRequiredService<TenantDirectory>().Leave(HanMeimei.OpenId);
        var body = new JsonObject { ["emails"] = new JsonArray(Ava.Email, HanMeimei.Email, "nobody@sandbox.example") };
        var found = (await PostAsync(Path, body.DeepClone(), await TenantTokenAsync())).Data["user_list"]!.AsArray();

        Assert.Equal([(Ava.Email, Ava.UnionId), (HanMeimei.Email, null), ("nobody@sandbox.example", null)], found.Select(f => (f!["email"]!.ToString(), f["user_id"]?.ToString())));
        body["include_resigned"] = true;
        Assert.Equal(HanMeimei.UnionId, (await PostAsync(Path, body.DeepClone(), await TenantTokenAsync())).Data["user_list"]![1]!["user_id"]!.ToString());
        Assert.Equal(40001, (await PostAsync(Path, new JsonObject(), await TenantTokenAsync())).Code);
        Assert.Equal(99991668, (await PostAsync(Path, body.DeepClone(), Platform.Grant(LiLei.OpenId, "contact:user.id:readonly").Access.Value)).Code);
    }

    private async Task<Reply> AskAsync(params string[] openIds) =>
        await CallAsync(HttpMethod.Get, Batch + string.Concat(openIds.Select(id => "&user_ids=" + id)), bearer: await TenantTokenAsync());
}
