using System.Net;
using LarkService.IntegrationTests.Realtime;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Callers;

/// <summary>What callers prove themselves with is nowhere but with them.</summary>
public sealed class CallerSecrecyTests
{
    [Theory]
    [BothEngines]
    public async Task Keys_passwords_and_tokens_are_in_no_table_no_log_however_talkative_and_no_metric(Engine engine)
    {
        await using var scene = await Scene.StartAsync(new()
        {
            Engine = engine,
            Flow = Flow.Redirect,
            OwnProcess = true,
            Settings =
            {
                ["Api:JwtSigningKey"] = CallerScene.SigningKey,
                ["Logging:LogLevel:Default"] = "Trace",
                ["Logging:LogLevel:Microsoft"] = "Trace",
                ["Logging:LogLevel:System"] = "Trace",
            },
        });
        var (id, key) = await scene.NewKeyAsync("grants.read");
        (await scene.As(key).GetAsync("/api/v1/grants")).Must(HttpStatusCode.OK);
        (await scene.As(key[..^1]).GetAsync("/api/v1/grants")).Must(HttpStatusCode.Unauthorized);
        (await scene.Api.DeleteAsync($"/api/v1/api-keys/{id}")).Must(HttpStatusCode.NoContent);
        (await scene.As(key).GetAsync("/api/v1/grants")).Must(HttpStatusCode.Unauthorized);
        var registered = await scene.NewAccountAsync("grants.read");
        (await scene.SignInAsync("a wrong password")).Must(HttpStatusCode.Unauthorized);
        var signedIn = (await scene.SignInAsync()).Must(HttpStatusCode.OK);
        (await scene.As(signedIn["accessToken"]).GetAsync("/api/v1/grants")).Must(HttpStatusCode.OK);
        (await scene.As(signedIn["accessToken"] + "x").GetAsync("/api/v1/grants")).Must(HttpStatusCode.Unauthorized);
        var anonymous = new Api(scene.Anonymous);
        for (var i = 0; i < 2; i++)
        {
            await anonymous.PostAsync("/api/v1/auth/refresh", new { refreshToken = signedIn["refreshToken"] });
        }

        foreach (var token in (string?[])[scene.BootstrapKey, signedIn["accessToken"]])
        {
            await using var client = await RealtimeClient.ConnectAsync(scene.Url, token, inQuery: true);
        }

        await RealtimeClient.RefusalAsync(scene.Url, key, inQuery: true);
        var metrics = await scene.Anonymous.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        await scene.Service.StopAsync();

        string[] secrets =
        [
            key, key[13..56], CallerScene.Password, "a wrong password", CallerScene.SigningKey, registered["refreshToken"]!, registered["accessToken"]![^40..], signedIn["refreshToken"]!, signedIn["accessToken"]![^40..],
        ];
        (string Place, string Content)[] places = [("/metrics", metrics), .. await scene.Database.EverythingAsync(), .. scene.AllOutput.Select(line => (line, line))];
        Assert.Empty(from secret in secrets from place in places where place.Content.Contains(secret, StringComparison.Ordinal) select $"{secret} in {place.Place}");
        Assert.Contains(places, p => p.Content.Contains(key[4..12], StringComparison.Ordinal)); // looked where something is
        await Leaks.NoneAsync(scene);
    }
}
