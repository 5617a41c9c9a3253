using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using LarkService.Accounts;
using LarkService.Accounts.SignIn;
using LarkService.Platform;
using LarkService.UnitTests.Support;
using Microsoft.Extensions.Options;

namespace LarkService.UnitTests.Accounts;

public sealed class AccessTokensTests
{
    private const string Key = "a signing key of more than 32 bytes";
    private static readonly Guid Account = Guid.CreateVersion7();
    private readonly ManualTime _clock = new();
    private readonly AccessTokens _tokens;

    public AccessTokensTests() => _tokens = With(Key);

    [Fact]
    public async Task A_token_says_who_and_what_they_may_do()
    {
        var good = Assert.IsType<TokenVerdict.Good>(await _tokens.CheckAsync(Issue()));

        Assert.Equal(Account, good.AccountId);
        Assert.Equal(["grants.read", "calls.execute"], good.Permissions);
    }

    [Theory]
    [InlineData("")]
    [InlineData("grants.read")]
    public async Task One_permission_or_none_is_a_list_too(string permission)
    {
        string[] permissions = permission.Length == 0 ? [] : [permission];

        Assert.Equal(permissions, Assert.IsType<TokenVerdict.Good>(await _tokens.CheckAsync(_tokens.Issue(Account, permissions).Reveal())).Permissions);
    }

    [Fact]
    public async Task It_ends_after_a_quarter_of_an_hour_and_what_clocks_may_be_apart()
    {
        var token = Issue();

        _clock.Advance(AccessTokens.Lifetime + TimeSpan.FromSeconds(29));
        Assert.IsType<TokenVerdict.Good>(await _tokens.CheckAsync(token));
        _clock.AdvanceSeconds(2);
        Assert.IsType<TokenVerdict.Expired>(await _tokens.CheckAsync(token));
    }

    [Fact]
    public async Task One_of_the_future_is_not_taken()
    {
        var token = Issue();
        _clock.Jump(-TimeSpan.FromMinutes(1));

        Assert.IsNotType<TokenVerdict.Good>(await _tokens.CheckAsync(token));
    }

    [Fact]
    public async Task One_of_another_key_is_bad_and_is_not_called_expired_however_old()
    {
        var token = With("another signing key of 32 bytes or more").Issue(Account, ["grants.read"]).Reveal();
        Assert.IsType<TokenVerdict.Bad>(await _tokens.CheckAsync(token));

        _clock.Advance(TimeSpan.FromDays(1));
        Assert.IsType<TokenVerdict.Bad>(await _tokens.CheckAsync(token));
    }

    [Fact]
    public async Task Without_a_key_nobodys_is_good()
    {
        var token = Issue();
        var none = new AccessTokens(Options.Create(new ApiOptions()), _clock);

        Assert.False(none.AreConfigured);
        Assert.IsType<TokenVerdict.Bad>(await none.CheckAsync(token));
    }

    [Theory]
    [InlineData("iss", "somebody-else")]
    [InlineData("aud", "another-service")]
    [InlineData("sub", "not-a-guid")]
    [InlineData("exp", null)]
    [InlineData("iss", null)]
    [InlineData("aud", null)]
    [InlineData("sub", null)]
    public async Task A_claim_that_is_not_ours_makes_a_well_signed_token_bad(string claim, string? value)
    {
        var claims = Claims();
        if (value is null)
        {
            claims.Remove(claim);
        }
        else
        {
            claims[claim] = value;
        }

        Assert.IsNotType<TokenVerdict.Good>(await _tokens.CheckAsync(Signed(Head(), claims)));
    }

    [Fact]
    public async Task What_the_attacks_below_start_from_is_good() => Assert.IsType<TokenVerdict.Good>(await _tokens.CheckAsync(Signed(Head(), Claims())));

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("HS384")]
    [InlineData("HS512")]
    [InlineData("RS256")]
    [InlineData("dir")]
    public async Task The_algorithm_is_not_the_tokens_to_choose(string algorithm)
    {
        var head = Head();
        head["alg"] = algorithm;

        Assert.IsType<TokenVerdict.Bad>(await _tokens.CheckAsync(Signed(head, Claims())));
        Assert.IsType<TokenVerdict.Bad>(await _tokens.CheckAsync(Signed(head, Claims())[..^43]));
    }

    [Fact]
    public async Task Another_type_of_token_is_bad()
    {
        var head = Head();
        head["typ"] = "JWT";

        Assert.IsType<TokenVerdict.Bad>(await _tokens.CheckAsync(Signed(head, Claims())));
    }

    [Fact]
    public async Task Permissions_that_were_added_afterwards_make_it_bad()
    {
        var parts = Issue().Split('.');
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!.AsObject();
        claims["permissions"]!.AsArray().Add("keys.manage");

        Assert.IsType<TokenVerdict.Bad>(await _tokens.CheckAsync($"{parts[0]}.{Encoded(claims)}.{parts[2]}"));
    }

    [Fact]
    public async Task Permissions_nobody_knows_are_left_out()
    {
        var claims = Claims();
        claims["permissions"] = new JsonArray("everything", "grants.read");

        Assert.Equal(["grants.read"], Assert.IsType<TokenVerdict.Good>(await _tokens.CheckAsync(Signed(Head(), claims))).Permissions);
    }

    [Theory]
    [InlineData("eyJ")]
    [InlineData("eyJ.eyJ.x")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9..")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.e30.e30.e30.e30")]
    public async Task Rubbish_is_bad(string token) => Assert.IsType<TokenVerdict.Bad>(await _tokens.CheckAsync(token));

    private string Issue() => _tokens.Issue(Account, ["grants.read", "calls.execute"]).Reveal();

    private AccessTokens With(string key) => new(Options.Create(new ApiOptions { JwtSigningKey = new Secret(key) }), _clock);

    private static JsonObject Head() => new() { ["alg"] = "HS256", ["typ"] = "at+jwt" };

    private JsonObject Claims()
    {
        var now = _clock.GetUtcNow().ToUnixTimeSeconds();
        return new()
        {
            ["iss"] = AccessTokens.Issuer,
            ["aud"] = AccessTokens.Audience,
            ["sub"] = Account.ToString(),
            ["nbf"] = now,
            ["exp"] = now + 900,
            ["permissions"] = new JsonArray("grants.read"),
        };
    }

    private static string Signed(JsonObject head, JsonObject claims)
    {
        var text = $"{Encoded(head)}.{Encoded(claims)}";
        return $"{text}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Key), Encoding.ASCII.GetBytes(text)))}";
    }

    private static string Encoded(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
