using LarkService.Grants;
using LarkService.Grants.OAuth;
using LarkService.Platform;
using LarkService.UnitTests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LarkService.UnitTests.Grants;

public sealed class UserGrantsTests : IDisposable
{
    private readonly Scene _scene = new();

    [Fact]
    public async Task Nothing_secret_lies_in_the_database_in_clear()
    {
        await _scene.GrantAsync("access-in-clear", "refresh-in-clear");
        await using var db = _scene.Database.Open();
        await db.Database.OpenConnectionAsync();
        await using var query = new SqliteCommand("SELECT * FROM user_grants", (SqliteConnection)db.Database.GetDbConnection());
        await using var row = await query.ExecuteReaderAsync();
        Assert.True(await row.ReadAsync());
        var values = string.Join('\n', Enumerable.Range(0, row.FieldCount).Select(i => row.GetValue(i)));

        Assert.All(["access-in-clear", "refresh-in-clear", "zhang@example.com", "+8613000000000"], secret => Assert.DoesNotContain(secret, values, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_user_has_one_grant_for_each_app_however_often_they_agree()
    {
        var first = await _scene.GrantAsync();
        var second = await _scene.GrantAsync("access-2", scopes: "other");
        await _scene.GrantAsync(user: Some.User with { AppId = "cli_other" });

        Assert.Equal((first.Id, first.Version + 1), (second.Id, second.Version));
        Assert.Equal(ScopeSet.Of("other"), second.Scopes);
        Assert.Equal(2, await _scene.Database.RunAsync(db => db.Set<UserGrant>().CountAsync()));
    }

    [Fact]
    public async Task Every_change_names_the_generation_it_expects()
    {
        var old = await _scene.GrantAsync();
        await _scene.GrantAsync("access-2", "refresh-2");
        var tokens = new TokenResponse(new Secret("late"), TimeSpan.FromHours(2), new Secret("late"), TimeSpan.FromDays(7), ScopeSet.Empty);

        Assert.False(await _scene.Leases.TakeAsync(old, default));
        Assert.False(await _scene.Database.RunAsync(db => _scene.Leases.GiveBackAsync(db, old, "unavailable", false, default)));
        Assert.False(await RotateAsync(old, tokens));
        Assert.False(await _scene.Database.RunAsync(db => UserGrants.UseUpAsync(db, old, false, default)));
        Assert.False(await _scene.Database.RunAsync(db => UserGrants.RevokeAsync(db, old, default)));
        var stored = (await _scene.StoredAsync())!;
        Assert.Equal(("access-2", GrantStatus.Active), (_scene.Grants.AccessToken(stored)!.Reveal(), stored.Status));
    }

    [Fact]
    public async Task A_rotation_without_scopes_keeps_those_that_were_granted()
    {
        var grant = await _scene.GrantAsync(scopes: "a b");
        Assert.True(await RotateAsync(grant, new TokenResponse(new Secret("x"), TimeSpan.FromHours(2), null, null, ScopeSet.Empty)));

        Assert.Equal(ScopeSet.Of("a", "b"), (await _scene.StoredAsync())!.Scopes);
    }

    [Fact]
    public async Task What_leaves_through_the_API_holds_no_token()
    {
        var text = System.Text.Json.JsonSerializer.Serialize(GrantView.Of(await _scene.GrantAsync()));

        Assert.Contains("\"active\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("oken\":\"", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(GrantStatus.Active, "active")]
    [InlineData(GrantStatus.ReauthorizationRequired, "reauthorization_required")]
    [InlineData(GrantStatus.Revoked, "revoked")]
    internal void The_words_for_a_status_are_stored_and_must_stay(GrantStatus status, string word)
    {
        Assert.Equal(word, status.Word());
        Assert.Equal(status, GrantStatusWords.Find(word));
    }

    [Fact]
    public void An_unknown_word_is_no_status() => Assert.Null(GrantStatusWords.Find("Active"));

    public void Dispose() => _scene.Dispose();

    private Task<bool> RotateAsync(UserGrant grant, TokenResponse tokens) => _scene.Database.RunAsync(db => _scene.Grants.RotateAsync(db, grant, tokens, _scene.Clock.GetUtcNow(), default));
}
