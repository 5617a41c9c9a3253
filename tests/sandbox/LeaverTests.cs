using System.Text.Json.Nodes;
using LarkSandbox.LongConnection;

namespace LarkSandbox.Tests;

/// <summary>Consents taken back in every way the platform knows, and people who leave.</summary>
public sealed class LeaverTests : SandboxTest
{
    [Theory]
    [InlineData("administrator", 200)]
    [InlineData("security", 200)]
    [InlineData("restriction", 200)]
    [InlineData("unknown", 200)]
    [InlineData("user", 200)]
    [InlineData("nobody", 400)]
    public async Task A_revocation_says_who_did_it(string by, int status)
    {
        Platform.Grant(LiLei.OpenId, "offline_access");

        Assert.Equal(status, (await PostAsync("/sandbox/api/faults/revoke-grant", new JsonObject { ["openId"] = LiLei.OpenId, ["by"] = by })).Status);
        Assert.Equal(status == 200 ? 1 : 0, Platform.Deliveries.Count(d => d.EventType == "auth.user_access_token.revoked_v4"));
    }

    [Fact]
    public void The_events_have_the_platforms_shape()
    {
        var envelopes = new Envelopes(Options, Clock);

        var revoked = envelopes.TokensRevoked(LiLei, "Revoked by restriction action.", "user_access_token ")["event"]!;
        Assert.Equal(
            ("Revoked by restriction action.", "user_access_token ", LiLei.OpenId), ((string?)revoked["revoke_reason"], (string?)revoked["revoke_token_type"], (string?)revoked["open_id"]));

        var left = envelopes.UserDeleted(LiLei);
        Assert.Equal(("contact.user.deleted_v3", "2.0"), ((string?)left["header"]!["event_type"], (string?)left["schema"]));
        Assert.Equal((LiLei.OpenId, LiLei.OpenId), ((string?)left["event"]!["object"]!["open_id"], (string?)left["event"]!["old_object"]!["open_id"]));
    }

    [Fact]
    public async Task Of_an_access_token_taken_back_the_refresh_token_still_works()
    {
        var pair = Platform.Grant(LiLei.OpenId, "offline_access");

        await PostAsync("/sandbox/api/faults/revoke-grant", new JsonObject { ["openId"] = LiLei.OpenId, ["tokens"] = "access" });

        Assert.True(Platform.Tokens.FindAccess(pair.Access.Value)!.Revoked);
        Assert.Equal(0, (await TokenAsync("refresh_token", ("refresh_token", pair.Refresh!.Value))).Code);
    }

    [Fact]
    public async Task Whoever_left_has_no_tokens_and_cannot_be_written_to()
    {
        var pair = Platform.Grant(LiLei.OpenId, "offline_access");

        Assert.Contains("left the company", (await PostAsync("/sandbox/api/faults/leave", new JsonObject { ["openId"] = LiLei.OpenId })).Body["message"]!.ToString(), StringComparison.Ordinal);

        Assert.Single(Platform.Deliveries, d => d.EventType == "contact.user.deleted_v3");
        Assert.Equal(20008, (await TokenAsync("refresh_token", ("refresh_token", pair.Refresh!.Value))).Code);
    }
}
