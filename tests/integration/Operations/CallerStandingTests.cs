using System.Net;
using LarkService.IntegrationTests.Callers;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Operations;

/// <summary>Calls that have waited while those who made them lost the right to make any.</summary>
public sealed class CallerStandingTests
{
    [Fact]
    public async Task What_a_revoked_key_or_a_disabled_account_had_waiting_is_not_made()
    {
        await using var scene = await Scene.StartAsync(new()
        {
            Engine = Engine.Sqlite,
            Flow = Flow.Redirect,
            Settings = new() { ["Api:JwtSigningKey"] = CallerScene.SigningKey },
            Services = TestCall.Add,
            Routes = TestCall.Map,
        });
        var (keyId, key) = await scene.NewKeyAsync("calls.execute");
        await scene.NewAccountAsync("calls.execute");
        using var byKey = CallerScene.Client(scene.Url, key);
        using var byAccount = CallerScene.Client(scene.Url, (await scene.SignInAsync()).Must(HttpStatusCode.OK)["accessToken"]);
        var (crm, ada, goodOne) = (new Caller(byKey, Caller.Direct), new Caller(byAccount, Caller.Direct), new Caller(scene.Authorized, Caller.Direct));
        await crm.ParkAsync(scene.Ava);
        var adas = await ada.ParkAsync(scene.Ava);
        var good = await goodOne.ParkAsync(scene.Ava);

        (await scene.Api.DeleteAsync($"/api/v1/api-keys/{keyId}")).Must(HttpStatusCode.NoContent);
        var account = (await scene.Api.GetAsync("/api/v1/accounts")).Json!["items"]!.AsArray().Single()!["id"];
        (await scene.Api.SendAsync(HttpMethod.Patch, $"/api/v1/accounts/{account}", System.Net.Http.Json.JsonContent.Create(new { disabled = true }))).Must(HttpStatusCode.OK);
        await scene.Ava.AgreeAsync(await scene.Ava.AskedAsync());

        // What a token that outlives its account may still ask says why
        var error = (await ada.EndOfAsync(adas, "failed"))["error"]!;
        Assert.Equal("urn:lark-service:permission-denied", error["type"]!.ToString());
        Assert.Contains("disabled", error["detail"]!.ToString(), StringComparison.Ordinal);
        await goodOne.EndOfAsync(good, "succeeded");
        await Eventually.TrueAsync("the end of the other", async () => await scene.Database.CountAsync("parked_calls", "state = 'failed'") == 2);
        Assert.Single(scene.Platform.AilySessions);
    }
}
