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

    private async Task<Reply> AskAsync(params string[] openIds) =>
        await CallAsync(HttpMethod.Get, Batch + string.Concat(openIds.Select(id => "&user_ids=" + id)), bearer: await TenantTokenAsync());
}
