using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using LarkService.Authorization;
using LarkService.Authorization.Flows;
using LarkService.Grants.Sealing;
using LarkService.Platform;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Authorization;

public sealed class ConsentLinksTests : IDisposable
{
    private readonly Scene _scene = new();

    [Fact]
    public async Task The_page_of_the_redirect_flow_says_all_the_platform_wants_to_know()
    {
        var link = await RedirectAsync();
        var page = new Uri(link.Page.Reveal());

        Assert.Equal("https://accounts.feishu.cn/open-apis/authen/v1/authorize", page.GetLeftPart(UriPartial.Path));
        var query = Links.Query(link.Page);
        Assert.Equal(["client_id", "code_challenge", "code_challenge_method", "prompt", "redirect_uri", "response_type", "scope", "state"], query.Keys.Order());
        Assert.Equal(
            (Some.AppId, "code", Scene.RedirectUri, "a offline_access", "S256", "consent"),
            (query["client_id"], query["response_type"], query["redirect_uri"], query["scope"], query["code_challenge_method"], query["prompt"]));
        Assert.Empty(_scene.Platform.Calls);
    }

    [Fact]
    public async Task The_challenge_is_the_hash_of_the_verifier_that_only_we_can_open()
    {
        var link = await RedirectAsync();
        var verifier = _scene.Seal.Open(link.SealedVerifier!, Some.User, SealPurpose.PkceVerifier("s1")).Reveal();

        Assert.Matches("^[A-Za-z0-9_-]{43,128}$", verifier);
        Assert.Equal(Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))), Links.Query(link.Page)["code_challenge"]);
    }

    [Fact]
    public async Task The_state_is_random_and_kept_only_as_its_hash()
    {
        var link = await RedirectAsync();
        var state = Links.Query(link.Page)["state"];

        Assert.Equal(43, state.Length); // 256 bits
        Assert.Equal(AuthorizationSessions.Hash(state), link.StateHash);
        Assert.DoesNotContain(state, link.StateHash, StringComparison.Ordinal);
        Assert.NotEqual(state, Links.Query((await RedirectAsync()).Page)["state"]);
    }

    [Fact]
    public async Task The_page_is_kept_sealed_for_its_session_alone()
    {
        var link = await RedirectAsync();

        Assert.Equal(link.Page, _scene.Seal.Open(link.SealedPage, Some.User, SealPurpose.ConsentLink("s1")));
        Assert.Throws<SealException>(() => _scene.Seal.Open(link.SealedPage, Some.User, SealPurpose.ConsentLink("s2")));
    }

    [Fact]
    public async Task The_device_flow_has_its_page_from_the_platform_and_seals_the_code()
    {
        _scene.Platform.Answer(OpenPlatform.Device, OpenPlatform.Recorded("device-authorization-success"));
        var link = await _scene.Links.MakeAsync("s1", Some.User, ScopeSet.Of("a"), SessionFlow.Device, default);

        Assert.Equal("https://accounts.feishu.cn/oauth/v1/device/verify?flow_id=FAKE-FLOW&user_code=ABCD-EFGH", link.Page.Reveal());
        var now = _scene.Clock.GetUtcNow();
        var code = DeviceCode.From(_scene.Seal.Open(link.SealedDeviceCode!, Some.User, SealPurpose.DeviceCode("s1")), now);
        Assert.Equal(("FAKE-DEVICE-CODE", now.AddSeconds(600)), (code.Value.Reveal(), code.EndsAt));
        Assert.Equal((5, now + SlowLooks.Pause), (link.PollSeconds, link.FirstPollAt));
        Assert.Equal((null, null), (link.StateHash, link.SealedVerifier));
    }

    [Fact]
    public async Task A_stored_session_opens_again_to_the_same_link()
    {
        _scene.Platform.Answer(OpenPlatform.Device, OpenPlatform.Recorded("device-authorization-success"));
        var redirect = await _scene.SessionAsync();
        var device = await _scene.SessionAsync(SessionFlow.Device, scopes: "d");

        Assert.Equal(redirect.StateHash, AuthorizationSessions.Hash(Links.Query(_scene.Links.Page(redirect))["state"]));
        Assert.Equal(43, _scene.Links.Verifier(redirect).Reveal().Length);
        Assert.Equal("FAKE-DEVICE-CODE", _scene.Links.DeviceCode(device).Value.Reveal());
    }

    [Theory]
    [InlineData("just-a-code")]
    [InlineData("a code with blanks")]
    public void A_device_code_that_was_sealed_without_its_end_is_taken_to_live_as_long_as_its_session(string sealedAlone)
    {
        var end = _scene.Clock.GetUtcNow().AddMinutes(3);

        Assert.Equal(new DeviceCode(new Secret(sealedAlone), end), DeviceCode.From(new Secret(sealedAlone), end));
    }

    public void Dispose() => _scene.Dispose();

    private Task<ConsentLink> RedirectAsync() => _scene.Links.MakeAsync("s1", Some.User, ScopeSet.Of("offline_access", "a"), SessionFlow.Redirect, default);
}
