using System.Text.Json;
using LarkService.Accounts;
using LarkService.Data;
using LarkService.Platform;
using LarkService.Platform.Http;
using LarkService.UnitTests.Platform;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace LarkService.UnitTests.Accounts;

public sealed class CallerGateTests
{
    private const string Key = "a-long-random-key-0123456789";

    [Theory]
    [InlineData("Bearer " + Key)]
    [InlineData("bearer " + Key)]
    [InlineData("Bearer   " + Key + " ")]
    public async Task The_right_key_may_do_everything(string header)
    {
        foreach (var permission in Permissions.All)
        {
            var http = Request(header, new RequiredCaller(permission));

            Assert.True(await PassesAsync(http));
            Assert.Equal("bootstrap", http.User.CallerId());
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer wrong")]
    [InlineData("Bearer " + Key + "x")]
    [InlineData("Bearer A-LONG-RANDOM-KEY-0123456789")]
    [InlineData("Basic " + Key)]
    [InlineData(Key)]
    public async Task Anything_else_is_a_stranger_who_comes_through_where_nobody_is_asked(string? header)
    {
        Assert.False(await PassesAsync(Request(header, new RequiredCaller(permission: null))));
        var open = Request(header);
        Assert.True(await PassesAsync(open));
        Assert.Equal("unknown", open.User.CallerId());
    }

    [Theory]
    [InlineData("Bearer " + Key)]
    [InlineData("Bearer ")]
    public async Task Without_a_configured_key_nobody_may_call(string header) => Assert.False(await PassesAsync(Request(header, new RequiredCaller(permission: null), key: null)));

    [Fact]
    public async Task A_stranger_is_told_how_to_sign_in_with_a_problem_document()
    {
        var http = Request("Bearer wrong-key-that-stays-secret", new RequiredCaller(Permissions.GrantsWrite));
        Assert.False(await PassesAsync(http));
        var problem = Problem(http, 401);

        Assert.Equal("Bearer", http.Response.Headers.WWWAuthenticate);
        Assert.Equal("urn:lark-service:unauthenticated", problem.GetProperty("type").GetString());
        Assert.DoesNotContain("wrong-key-that-stays-secret", problem.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_lacks_a_permission_is_told_which()
    {
        var http = Request("Bearer " + Key, new RequiredCaller("moon.visit"));
        Assert.False(await PassesAsync(http));
        var problem = Problem(http, 403);

        Assert.Equal("urn:lark-service:permission-denied", problem.GetProperty("type").GetString());
        Assert.Contains("'moon.visit'", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_a_key_is_called_that_without_asking_anybody()
    {
        var http = Request("Bearer lks_abcdefgh_0123456789", new RequiredCaller(permission: null));
        Assert.False(await PassesAsync(http));

        Assert.Contains("cut or mistyped", Problem(http, 401).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Api__JwtSigningKey", "tooshort", "Api__JwtSigningKey is shorter than 32 bytes")]
    [InlineData("Api__AllowRegistration", "true", "Api__JwtSigningKey is missing")]
    [InlineData("Api__RequestsPerMinute", "0", "Api__RequestsPerMinute is 0")]
    [InlineData("Api__AnonymousPerQuarterHour", "-5", "Api__AnonymousPerQuarterHour is -5")]
    [InlineData("Api__TrustedProxies__0", "proxy.example.com", "Api__TrustedProxies__0 is 'proxy.example.com'")]
    [InlineData("Api__TrustedProxies__0", "10.0.0.0/40", "Api__TrustedProxies__0 is '10.0.0.0/40'")]
    public void A_wrong_setting_is_told_with_its_key_and_never_with_a_secret(string key, string value, string words)
    {
        var fault = Assert.Single(Settings.FaultsOf<ApiOptions>((key, value)));

        Assert.StartsWith(words, fault, StringComparison.Ordinal);
        Assert.DoesNotContain("tooshort", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.0.0.7", "10.0.0.7", true)]
    [InlineData("10.0.0.7", "10.0.0.8", false)]
    [InlineData("10.0.0.0/8", "10.9.8.7", true)]
    [InlineData("fd00::/8", "fd12::1", true)]
    [InlineData("2001:db8::1", "2001:db8::2", false)]
    public void A_trusted_proxy_is_an_address_or_a_network(string proxy, string address, bool isTrusted)
    {
        Assert.Empty(Settings.FaultsOf<ApiOptions>(("Api__TrustedProxies__0", proxy)));
        Assert.Equal(isTrusted, new ApiOptions { TrustedProxies = [proxy] }.TrustedNetworks().Any(n => n.Contains(System.Net.IPAddress.Parse(address))));
    }

    [Fact]
    public void A_short_key_is_a_fault_and_is_not_repeated()
    {
        var fault = Assert.Single(Settings.FaultsOf<ApiOptions>(("Api__BootstrapKey", "letmein")));

        Assert.StartsWith("Api__BootstrapKey is shorter than 16", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("letmein", fault, StringComparison.Ordinal);
        Assert.Empty(Settings.FaultsOf<ApiOptions>());
        Assert.Empty(Settings.FaultsOf<ApiOptions>(("Api__BootstrapKey", Key)));
    }

    private static DefaultHttpContext Request(string? header, RequiredCaller? route = null, string? key = Key)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton(Settings.Of(("Api__BootstrapKey", key))).AddPlatform().AddData().AddAccounts().BuildServiceProvider();
        var http = new DefaultHttpContext { RequestServices = services };
        http.Response.Body = new MemoryStream();
        http.SetEndpoint(new Endpoint(null, route is null ? null : new EndpointMetadataCollection(route), "test"));
        if (header is not null)
        {
            http.Request.Headers.Authorization = header;
        }

        return http;
    }

    private static async Task<bool> PassesAsync(HttpContext http)
    {
        var passed = false;
        await http.RequestServices.GetRequiredService<CallerGate>().PassAsync(http, _ =>
        {
            passed = true;
            return Task.CompletedTask;
        });
        return passed;
    }

    private static JsonElement Problem(HttpContext http, int status)
    {
        Assert.Equal((status, "application/problem+json"), (http.Response.StatusCode, http.Response.ContentType?.Split(';')[0]));
        return JsonElement.Parse(((MemoryStream)http.Response.Body).ToArray());
    }
}
