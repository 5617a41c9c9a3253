using System.Net;
using System.Net.Sockets;
using System.Text;
using LarkService.IntegrationTests.Support;
using Microsoft.AspNetCore.Http;

namespace LarkService.IntegrationTests.Proxy;

/// <summary>Whatever is written to the proxy's port, what leaves it is a call of an open API at the configured host, with the token of the user that the caller named.</summary>
public sealed class HostileTests
{
    private const string Scope = "contact:contact.base:readonly";

    private static readonly string[] AtPlatform =
        ["Host", "Authorization", "Content-Length", "Content-Type", "Transfer-Encoding", "Accept", "User-Agent", "X-Fold", "X-Bare", "X_Lark_Open_Id", "NoColon"];

    [Fact]
    public async Task Hundreds_of_hostile_requests_reach_no_other_host_no_other_route_and_nobody_elses_token()
    {
        await using var proxy = await ProxyScene.StartAsync(null, Scope);
        var scene = proxy.Scene;
        await scene.GrantAsync(scene.Lei, Scope);
        using var evil = new TcpListener(IPAddress.Loopback, 0);
        evil.Start();
        var (mine, others) = (await proxy.TokenAsync(), await proxy.TokenAsync(scene.Lei));
        proxy.Platform.On(ProxyScene.Thing, (200, """{"code":0}"""));
        var hostile = new HostileRequests(scene.Url.Authority, evil.LocalEndpoint.ToString()!, scene.BootstrapKey, scene.Ava.OpenId, scene.Lei.OpenId, others).All;
        Assert.True(hostile.Count >= 200, $"There are {hostile.Count}.");
        var (before, sessions) = (proxy.Platform.Seen.Count, await scene.Database.CountAsync("authorization_sessions"));

        await Parallel.ForEachAsync(hostile, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (request, _) =>
        {
            var answer = await HttpWire.SendAsync(scene.Url, request);
            Assert.DoesNotContain("HTTP/1.1 500", answer, StringComparison.Ordinal);
            Assert.DoesNotContain(mine, answer, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", answer, StringComparison.Ordinal);
        });

        if (evil.Pending())
        {
            Assert.Fail("Somebody came to the other host and said: " + await HeardAsync(evil));
        }

        var left = proxy.Platform.Seen.Skip(before).ToList();
        Assert.NotEmpty(left); // those that are good but for a header that stays here
        Assert.All(left, call =>
        {
            Assert.Equal((ProxyScene.Thing, "Bearer " + mine, proxy.Platform.Url.Authority), (call.Path, call.Authorization, call.Headers["Host"]));
            Assert.True(call.Method is "GET" or "POST", call.Method);
            Assert.Empty(call.Headers.Keys.Except(AtPlatform, StringComparer.OrdinalIgnoreCase));
            var everything = call.Target + string.Join('\n', call.Headers.Select(h => $"{h.Key}: {h.Value}"));
            Assert.DoesNotContain(others, everything, StringComparison.Ordinal);
            Assert.DoesNotContain(scene.BootstrapKey, everything, StringComparison.Ordinal);
            Assert.DoesNotContain("smuggled", everything, StringComparison.Ordinal);
        });

        // The service is as it was, and so is what it keeps
        (await proxy.GetAsync(ProxyScene.Thing)).Must(HttpStatusCode.OK);
        Assert.Equal(sessions, await scene.Database.CountAsync("authorization_sessions"));
        Assert.Equal(["active", "active"], (await scene.Database.RowsAsync("SELECT status FROM user_grants")).Select(r => r[0]!.ToString()!.ToLowerInvariant()));
        Assert.DoesNotContain(scene.AllOutput, line => line.Contains("failed unexpectedly", StringComparison.Ordinal));
        await Leaks.NoneAsync(scene);
    }

    [Fact]
    public async Task What_one_user_sends_never_goes_out_with_anothers_token_however_many_call_at_once()
    {
        await using var proxy = await ProxyScene.StartAsync(null, Scope);
        var scene = proxy.Scene;
        await scene.GrantAsync(scene.Lei, Scope);
        await scene.GrantAsync(scene.Mei, Scope);
        proxy.Platform.On(ProxyScene.Thing, async http =>
        {
            using var body = new StreamReader(http.Request.Body);
            var said = await body.ReadToEndAsync();
            await http.Response.WriteAsync($"{http.Request.Headers.Authorization} {said}");
        });
        Person[] people = [scene.Ava, scene.Lei, scene.Mei];
        var tokens = await Task.WhenAll(people.Select(proxy.TokenAsync));

        await Parallel.ForEachAsync(Enumerable.Range(0, 600), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, ct) =>
        {
            using var request = proxy.Request(HttpMethod.Post, ProxyScene.Thing, new StringContent($"call {i}", Encoding.UTF8), people[i % 3]);
            using var answer = await proxy.SendAsync(request, ct);
            Assert.Equal($"Bearer {tokens[i % 3]} call {i}", await answer.Content.ReadAsStringAsync(ct));
        });
    }

    private static async Task<string> HeardAsync(TcpListener listener)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        using var client = await listener.AcceptTcpClientAsync(limit.Token);
        var said = new byte[2048];
        return Encoding.Latin1.GetString(said, 0, await client.GetStream().ReadAsync(said, limit.Token));
    }
}
