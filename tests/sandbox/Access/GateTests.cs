using System.Text.Json.Nodes;
using LarkSandbox.Access;

namespace LarkSandbox.Tests.Access;

/// <summary>What the gate says, and in which words.</summary>
public sealed class GateTests : SandboxTest
{
    private const string Minutes = "/open-apis/minutes/v1/minutes/obcn00000000000000000001";
    private const string Transcript = Minutes + "/transcript";

    [Fact]
    public async Task A_path_nobody_knows_and_a_method_it_does_not_have_are_told_apart()
    {
        Assert.Equal((404, 99991201L), Pair(await CallAsync(HttpMethod.Get, "/open-apis/nothing/v1/x")));
        Assert.Equal((404, 99991201L), Pair(await CallAsync(HttpMethod.Get, "/open-apis/IM/v1/messages")));
        var method = await CallAsync(HttpMethod.Put, "/open-apis/im/v1/messages");
        Assert.Equal((405, 99991301L), Pair(method));
        Assert.Equal(["GET", "POST"], method.Raw.Content.Headers.Allow.Order());
    }

    [Fact]
    public async Task What_the_person_has_not_granted_is_named_as_alternatives()
    {
        var refused = await CallAsync(HttpMethod.Get, Minutes, bearer: Platform.Grant(LiLei.OpenId, "im:message").Access.Value);

        Assert.Equal((400, 99991679L), Pair(refused));
        Assert.Equal(
            ["minutes:minutes", "minutes:minutes.basic:read", "minutes:minutes:readonly"],
            refused.Body["error"]!["permission_violations"]!.AsArray().Select(v => v!["subject"]!.ToString()).Order());
        Assert.Equal(501, (await CallAsync(HttpMethod.Get, Minutes, bearer: Platform.Grant(LiLei.OpenId, "minutes:minutes:readonly").Access.Value)).Status);
    }

    [Fact]
    public async Task What_an_administrator_takes_from_the_app_is_for_the_administrator()
    {
        var token = Platform.Grant(LiLei.OpenId, "minutes:minutes.transcript:export").Access.Value;
        Assert.Equal(501, (await CallAsync(HttpMethod.Get, Transcript, bearer: token)).Status);

        Platform.AppScopes.Disable("minutes:minutes.transcript:export");
        var refused = await CallAsync(HttpMethod.Get, Transcript, bearer: token);

        Assert.Equal((400, 99991672L), Pair(refused));
        Assert.Contains("/auth?q=", refused.Body["error"]!["helps"]![0]!["url"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal(99991672, (await CallAsync(HttpMethod.Get, Transcript, bearer: await TenantTokenAsync())).Code);
        Platform.Faults.Reset();
        Assert.Equal(501, (await CallAsync(HttpMethod.Get, Transcript, bearer: token)).Status);
    }

    [Fact]
    public async Task A_scope_is_switched_and_calls_are_seen_from_outside()
    {
        var token = Platform.Grant(LiLei.OpenId, "minutes:minutes.transcript:export").Access.Value;
        await PostAsync("/sandbox/api/scopes", new JsonObject { ["scope"] = "minutes:minutes.transcript:export", ["enabled"] = false });
        Assert.Equal(99991672, (await CallAsync(HttpMethod.Get, Transcript, bearer: token)).Code);
        await PostAsync("/sandbox/api/scopes", new JsonObject { ["scope"] = "minutes:minutes.transcript:export", ["enabled"] = true });
        await CallAsync(HttpMethod.Get, Transcript, bearer: token);

        var seen = Assert.Single((await CallAsync(HttpMethod.Get, "/sandbox/api/calls")).Body["items"]!.AsArray())!;
        Assert.Equal(("GET /open-apis/minutes/v1/minutes/:minute_token/transcript", LiLei.OpenId, 1), (seen["api"]!.ToString(), seen["openId"]!.ToString(), (int)seen["calls"]!));
    }

    [Fact]
    public async Task An_expired_and_a_revoked_token_are_told_apart_on_any_path()
    {
        var token = Platform.Grant(LiLei.OpenId, "minutes:minutes:readonly").Access.Value;
        Platform.Faults.ExpireTokens(LiLei.OpenId);
        Assert.Equal((400, 99991677L), Pair(await CallAsync(HttpMethod.Get, Minutes, bearer: token)));
        Platform.Faults.RevokeGrant(LiLei.OpenId);
        Assert.Equal((400, 99991668L), Pair(await CallAsync(HttpMethod.Get, Minutes, bearer: token)));
        var tenant = await TenantTokenAsync();
        Platform.Faults.ExpireTenantTokens();
        Assert.Equal((400, 99991663L), Pair(await CallAsync(HttpMethod.Get, Minutes, bearer: tenant)));
    }

    [Fact]
    public async Task Each_API_has_its_own_rate_and_says_when_to_come_again()
    {
        const string Resurrect = "/open-apis/contact/v3/users/x/resurrect"; // 10 a minute
        Platform.AppScopes.Enable("contact:contact");
        var tenant = await TenantTokenAsync();
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(501, (await PostAsync(Resurrect, bearer: tenant)).Status);
        }

        var refused = await PostAsync(Resurrect, bearer: tenant);
        Assert.Equal((429, 99991400L), Pair(refused));
        Assert.Equal("10", refused.Raw.Headers.GetValues("x-ogw-ratelimit-limit").Single());
        Assert.InRange(int.Parse(refused.Raw.Headers.GetValues("x-ogw-ratelimit-reset").Single(), System.Globalization.CultureInfo.InvariantCulture), 1, 60);
        Assert.Equal(10, Platform.Calls.Of("POST /open-apis/contact/v3/users/:user_id/resurrect", null));

        Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(501, (await PostAsync(Resurrect, bearer: tenant)).Status);
        Platform.LimitsLifted = true;
        for (var i = 0; i < 12; i++)
        {
            Assert.Equal(501, (await PostAsync(Resurrect, bearer: tenant)).Status);
        }
    }

    [Fact]
    public async Task Planned_faults_come_before_the_rules()
    {
        Platform.Faults.Board.FailNext("/open-apis/minutes", 503, """{"code":1,"msg":"later"}""");
        Assert.Equal((503, 1L), Pair(await CallAsync(HttpMethod.Get, Minutes)));
        Assert.Equal(99991661, (await CallAsync(HttpMethod.Get, Minutes)).Code);
    }

    [Theory]
    [InlineData("1000/min,50/s", 50, 1000)]
    [InlineData("100/min", 0, 100)]
    [InlineData("10/s", 10, 0)]
    [InlineData("special", 50, 1000)]
    [InlineData("-", 50, 1000)]
    public void Rates_are_read(string text, int perSecond, int perMinute) => Assert.Equal(new CallRate(perSecond, perMinute), CallRate.Parse(text));

    private static (int, long) Pair(Reply reply) => (reply.Status, reply.Code!.Value);
}
