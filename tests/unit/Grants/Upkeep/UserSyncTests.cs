using System.Text.Json;
using LarkService.Grants;
using LarkService.Grants.Sealing;
using LarkService.Grants.Upkeep;
using LarkService.Platform;
using LarkService.Platform.OpenApi;
using LarkService.UnitTests.Support;
using Microsoft.AspNetCore.WebUtilities;

namespace LarkService.UnitTests.Grants.Upkeep;

public sealed class UserSyncTests : IDisposable
{
    private const string Directory = "/open-apis/contact/v3/users/batch";
    private readonly Scene _scene = new();
    private readonly ListLogger<UserSync> _log = new();
    private readonly TenantTokens _tenant;

    public UserSyncTests() => _tenant = new TenantTokens(_scene.Platform, _scene.Apps, _scene.Clock);

    [Fact]
    public async Task What_the_directory_says_is_written_over_what_was_known_and_no_token_with_it()
    {
        var before = await _scene.GrantAsync();
        Answer(new
        {
            open_id = Some.User.OpenId,
            union_id = "on_new",
            user_id = "u_new",
            name = "李四",
            en_name = "Li Si",
            avatar = new { avatar_72 = "small", avatar_240 = "https://example.com/li" },
            email = "li@example.com",
            mobile = "+8613111111111",
        });

        Assert.Equal(new Synchronised { Seen = 1, Changed = 1 }, await RunAsync());
        var grant = (await _scene.StoredAsync())!;
        Assert.Equal(("李四", "Li Si", "https://example.com/li", "u_new", "on_new"), (grant.Name, grant.EnName, grant.AvatarUrl, grant.UserId, grant.UnionId));
        Assert.Equal("li@example.com", Open(grant.SealedEmail!, SealPurpose.Email));
        Assert.Equal("+8613111111111", Open(grant.SealedMobile!, SealPurpose.Mobile));
        Assert.Equal((before.Version, before.SealedAccessToken, before.SealedRefreshToken), (grant.Version, grant.SealedAccessToken, grant.SealedRefreshToken));

        // And nothing is written when nothing is new
        Assert.Equal(new Synchronised { Seen = 1 }, await RunAsync());
        Assert.Equal(grant.SealedEmail, (await _scene.StoredAsync())!.SealedEmail);
    }

    [Fact]
    public async Task What_the_app_may_not_see_is_not_forgotten()
    {
        var before = await _scene.GrantAsync();
        Answer(new { open_id = Some.User.OpenId, union_id = "on_1", name = "", email = "", avatar = new { avatar_240 = "" } });

        Assert.Equal(new Synchronised { Seen = 1 }, await RunAsync());
        var grant = (await _scene.StoredAsync())!;
        Assert.Equal((before.Name, before.SealedEmail, before.SealedMobile, before.UserId), (grant.Name, grant.SealedEmail, grant.SealedMobile, grant.UserId));
    }

    [Fact]
    public async Task Fifty_are_asked_for_at_a_time_with_the_apps_own_token()
    {
        await GrantManyAsync(120);
        Answer();

        await RunAsync();
        var calls = _scene.Platform.To(Directory);
        Assert.Equal([50, 50, 20], calls.Select(c => IdsOf(c).Count));
        Assert.Equal(120, calls.SelectMany(IdsOf).Distinct().Count());
        Assert.All(calls, c => Assert.Equal("Bearer t-1", c.Authorization));
    }

    [Fact]
    public async Task An_id_the_platform_does_not_take_costs_that_user_only()
    {
        await GrantManyAsync(9);
        _scene.Platform.When(Directory, (call, _) => Task.FromResult(IdsOf(call).Contains("ou_04")
            ? OpenPlatform.Response(400, """{"code":99992351,"msg":"not a valid {open_id}"}""")
            : Found([.. IdsOf(call).Select(id => new { open_id = id, name = "New" })])));

        Assert.Equal(new Synchronised { Seen = 8, Changed = 8, Failed = 1 }, await RunAsync());
    }

    [Fact]
    public async Task A_batch_that_does_not_come_through_leaves_the_next_one_to_be_tried()
    {
        await GrantManyAsync(60);
        var calls = 0;
        _scene.Platform.When(Directory, (call, _) => ++calls == 1
            ? throw new HttpRequestException("The connection broke.")
            : Task.FromResult(Found([.. IdsOf(call).Select(id => new { open_id = id, name = "New" })])));

        Assert.Equal(new Synchronised { Seen = 10, Changed = 10, Failed = 50 }, await RunAsync());
    }

    [Fact]
    public async Task A_platform_that_is_away_is_not_asked_for_everybody()
    {
        await GrantManyAsync(400);
        _scene.Platform.Answer(Directory, 503, "{}");

        await RunAsync();
        Assert.Equal(3, _scene.Platform.To(Directory).Count);
        Assert.Single(_log.Lines);
    }

    [Fact]
    public async Task An_app_without_the_scope_is_told_of_once_and_the_next_app_goes_on()
    {
        await GrantManyAsync(120);
        await _scene.GrantAsync(user: new UserKey("cli_other", "ou_other"));
        _scene.Platform.When(Directory, (call, _) => Task.FromResult(IdsOf(call).Contains("ou_other")
            ? Found([new { open_id = "ou_other", name = "New" }])
            : OpenPlatform.Response(400, """{"code":99991672,"msg":"Access denied."}""")));

        Assert.Equal(new Synchronised { Seen = 1, Changed = 1 }, await RunAsync());
        Assert.Contains("99991672", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("is_resigned")]
    [InlineData("is_exited")]
    public async Task Who_has_left_the_company_loses_the_grant(string how)
    {
        await _scene.GrantAsync();
        Answer(new Dictionary<string, object> { ["open_id"] = Some.User.OpenId, ["status"] = new Dictionary<string, bool> { [how] = true } });

        Assert.Equal(new Synchronised { Left = 1 }, await RunAsync());
        Assert.Equal(GrantStatus.Revoked, (await _scene.StoredAsync())!.Status);
        Assert.Empty(_scene.Platform.To(OpenPlatform.Revoke)); // it said so itself
    }

    [Fact]
    public async Task Who_is_frozen_or_not_in_the_answer_keeps_the_grant()
    {
        await _scene.GrantAsync();
        await _scene.GrantAsync(user: Some.OtherUser);
        Answer(new { open_id = Some.User.OpenId, status = new { is_frozen = true } });

        await RunAsync();
        Assert.Equal(GrantStatus.Active, (await _scene.StoredAsync())!.Status);
        Assert.Equal(GrantStatus.Active, (await _scene.StoredAsync(Some.OtherUser))!.Status);
    }

    [Fact]
    public async Task A_user_whose_data_cannot_be_opened_stops_nobody_else()
    {
        await _scene.GrantAsync();
        await _scene.GrantAsync(user: Some.OtherUser);
        await _scene.Database.RunAsync(async db =>
        {
            var broken = db.Set<UserGrant>().Single(g => g.OpenId == Some.User.OpenId);
            broken.SealedEmail = "broken";
            await db.SaveChangesAsync();
        });
        Answer(new { open_id = Some.User.OpenId, email = "a@example.com" }, new { open_id = Some.OtherUser.OpenId, email = "b@example.com" });

        Assert.Equal(new Synchronised { Seen = 1, Changed = 1, Failed = 1 }, await RunAsync());
    }

    public void Dispose()
    {
        _tenant.Dispose();
        _scene.Dispose();
    }

    private static List<string> IdsOf(OpenPlatform.Call call) => [.. QueryHelpers.ParseQuery(call.Url.Query)["user_ids"].Select(id => id!)];

    private static HttpResponseMessage Found(params object[] items) => OpenPlatform.Response(200, JsonSerializer.Serialize(new { code = 0, data = new { items } }));

    private void Answer(params object[] items) => _scene.Platform.When(Directory, (_, _) => Task.FromResult(Found(items)));

    private string Open(string text, string purpose) => _scene.Seal.Open(text, Some.User, purpose).Reveal();

    private async Task GrantManyAsync(int count)
    {
        await using var db = _scene.Database.Open();
        db.AddRange(Enumerable.Range(0, count).Select(i => new UserGrant { Id = Guid.NewGuid(), AppId = Some.AppId, OpenId = $"ou_{i:00}", GrantedAt = _scene.Clock.GetUtcNow() }));
        await db.SaveChangesAsync();
    }

    private Task<Synchronised> RunAsync() => _scene.Clock.ThroughAsync(new UserSync(
        _scene.Database, new ContactClient(new OpenApiClient(_scene.Platform, _tenant)), new ContactUpdate(_scene.Database, _scene.Seal), _scene.Revocations, _scene.Apps, _scene.Clock, _log).RunAsync(default));
}
