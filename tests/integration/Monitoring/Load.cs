using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Monitoring;

/// <summary>What people do in a busy hour, in seconds: ask, agree, decline, ask again, lose tokens; and the wire breaks.</summary>
internal static class Load
{
    public static SceneOptions Scene => new()
    {
        Flow = Flow.Redirect,
        OwnProcess = true,
        Sandbox = Support.Scene.QuickSandbox with { VerificationToken = OverHttp.VerificationToken },
        Settings = new(OverHttp.Options.Settings) { ["LongConnection:HeartbeatInterval"] = "00:00:02", ["Authorization:RequestsPerMinutePerUser"] = "2" },
    };

    public static async Task RunAsync(Scene scene)
    {
        var (lei, mei, ava) = (scene.Lei, scene.Mei, scene.Ava);

        // Consent by chat, by REST, declined, and asked for too often
        var question = ava.Write("Hello?");
        await ava.AgreeAsync(await ava.AskedAsync());
        await ava.AnswerAsync(question);
        await scene.Database.ExecuteAsync("UPDATE inbox_events SET state = 'dead' WHERE event_id = (SELECT min(event_id) FROM inbox_events WHERE state = 'done')"); // eight tries take hours
        await scene.GrantAsync(lei, Support.Scene.AiScopes);
        mei.Write("Hello?");
        await mei.PressAsync(await mei.AskedAsync(), Person.Decline);
        foreach (var scope in (string[])["docx:document:readonly", "contact:user.email:readonly", "calendar:calendar:readonly"])
        {
            await scene.Api.AskAsync(mei, scope);
        }

        // A refresh that works, the wire cut and silent, a refresh that does not work
        scene.Platform.Faults.ExpireTokens(ava.OpenId);
        await ava.AnswerAsync(ava.Write("Still there?"));
        scene.Platform.Faults.DropConnections();
        await ConnectedAsync(scene);
        await lei.AnswerAsync(lei.Write("Hello again?"));
        scene.Platform.Faults.Silence(TimeSpan.FromSeconds(30));
        await ConnectedAsync(scene);
        scene.Platform.Faults.ExpireTokens(lei.OpenId);
        scene.Platform.Faults.ExpireRefreshTokens(lei.OpenId);
        await scene.PushOverHttpAsync(); // from now on the other way in
        lei.Write("And now?");
        await lei.AgreeAsync(await lei.AskedAsync()); // the third consent: a rate needs growth between two readings
        await ava.AnswerAsync(ava.Write("One more?"));
    }

    // What is pushed into a gap comes again only after a while.
    private static Task ConnectedAsync(Scene scene) =>
        Eventually.TrueAsync("both connections being open and heard", () => scene.Platform.Connections.Open.Count(c => !c.IsSilent) >= 2);
}
