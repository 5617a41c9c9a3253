using System.Net;
using System.Text.Json.Nodes;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests;

/// <summary>Dead letters as operators see them: over REST, and with the commands beside a running service.</summary>
public sealed class InboxOperatorTests
{
    private const string Events = "/api/v1/events";

    [Theory]
    [BothEngines]
    public async Task Dead_events_are_listed_and_replayed_over_REST(Engine engine)
    {
        await using var scene = await Scene.StartAsync(new SceneOptions { Engine = engine });
        var ids = await DieAsync(scene, 3);

        var page = (await scene.Api.GetAsync($"{Events}?state=dead&limit=2")).Must(HttpStatusCode.OK);
        var first = page.Json!["items"]![0]!;
        Assert.Equal((ids[0], "im.message.receive_v1", "dead", 8, "BoomException: it went wrong"), (first["eventId"]!.ToString(), first["eventType"]!.ToString(), first["state"]!.ToString(), (int)first["attempts"]!, first["lastError"]!.ToString()));
        Assert.NotNull(first["receivedAt"]);
        Assert.NotNull(first["deadAt"]);
        Assert.DoesNotContain("Nobody but me", page.Text, StringComparison.Ordinal);
        var rest = (await scene.Api.GetAsync($"{Events}?state=dead&limit=2&appId={scene.Options.Sandbox.AppId}&cursor={page["nextCursor"]}")).Must(HttpStatusCode.OK);
        Assert.Equal(ids[2], Assert.Single(rest.Json!["items"]!.AsArray())!["eventId"]!.ToString());
        Assert.Null(rest["nextCursor"]);

        var replayed = (await scene.Api.PostAsync($"{Events}/{ids[0]}/replay", new { })).Must(HttpStatusCode.Accepted);
        Assert.Equal(("received", "0"), (replayed["state"], replayed["attempts"]));
        await DoneAsync(scene, 1);
        (await scene.Api.PostAsync($"{Events}/{ids[0]}/replay", new { })).MustBeProblem(HttpStatusCode.Conflict, "event-not-dead");
        (await scene.Api.PostAsync($"{Events}/unknown/replay", new { })).MustBeProblem(HttpStatusCode.NotFound, "not-found");
        Assert.Contains(scene.AllOutput, line => line.Contains(ids[0], StringComparison.Ordinal) && line.Contains("bootstrap", StringComparison.Ordinal));

        foreach (var wrong in (string[])["state=done", "limit=0", "cursor=x", "cursor=eHx5"])
        {
            (await scene.Api.GetAsync($"{Events}?{wrong}")).MustBeProblem(HttpStatusCode.BadRequest, "validation");
        }

        (await scene.Api.GetAsync($"{Events}?appId=cli_unknown")).MustBeProblem(HttpStatusCode.BadRequest, "unknown-app");
        (await new Api(scene.Anonymous).GetAsync(Events)).MustBeProblem(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Theory]
    [BothEngines]
    public async Task The_commands_work_beside_a_running_service_which_takes_what_is_replayed(Engine engine)
    {
        await using var scene = await Scene.StartAsync(new SceneOptions { Engine = engine });
        var ids = await DieAsync(scene, 3);
        var settings = scene.Settings();

        var list = await ServiceProcess.RunAsync(settings, "events", "list", "--json");
        Assert.Equal((0, ""), (list.ExitCode, list.Errors));
        Assert.Equal(ids, JsonNode.Parse(list.Output)!["items"]!.AsArray().Select(e => e!["eventId"]!.ToString()));
        var all = await ServiceProcess.RunAsync(settings, "events", "replay", "--all", "--json");
        Assert.Equal((0, """{"replayed":3}"""), (all.ExitCode, all.Output));
        await DoneAsync(scene, 3);
    }

    [Fact]
    public async Task The_commands_speak_to_people_and_replay_one_event()
    {
        await using var scene = await Scene.StartAsync();
        var ids = await DieAsync(scene, 2);
        var settings = scene.Settings();
        var list = await ServiceProcess.RunAsync(settings, "events", "list", "--state", "dead", "--app", scene.Options.Sandbox.AppId);
        Assert.Contains(ids[1], list.Output, StringComparison.Ordinal);
        Assert.Contains("2 events.", list.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await ServiceProcess.RunAsync(settings, "events", "replay", ids[0])).ExitCode);
        await DoneAsync(scene, 1);
        var again = await ServiceProcess.RunAsync(settings, "events", "replay", ids[0]);
        Assert.Equal((1, $"Event {ids[0]} is not dead: its state is 'done'."), (again.ExitCode, again.Errors));
    }

    [Fact]
    public async Task The_commands_say_what_is_wrong()
    {
        await using var scene = await Scene.PrepareAsync(new() { EmptyDatabase = true });
        var settings = scene.Settings();
        Assert.Equal(1, (await ServiceProcess.RunAsync(settings, "events", "list", "--state", "done")).ExitCode);
        var noDatabase = await ServiceProcess.RunAsync(settings, "events", "list");
        Assert.Equal(78, noDatabase.ExitCode);
        Assert.Contains("LarkService migrate", noDatabase.Errors, StringComparison.Ordinal);
        settings["Lark:Apps:0:AppId"] = "";
        Assert.Equal(78, (await ServiceProcess.RunAsync(settings, "events", "list")).ExitCode);
    }

    // Events whose handlers failed to the end, as far as the database tells.
    private static async Task<List<string>> DieAsync(Scene scene, int count)
    {
        List<string> ids = [];
        for (var i = 0; i < count; i++)
        {
            var (_, delivery) = scene.Platform.SendText(scene.Ava.OpenId, "Nobody but me", inGroup: true);
            await scene.Platform.WaitForAsync(() => delivery.Acked, Eventually.Patience);
            await DoneAsync(scene, i + 1);
            ids.Add(delivery.EventId);
        }

        var push = """{"schema":"2.0","header":{"event_id":"x","event_type":"im.message.receive_v1"},"event":{"message":{"chat_type":"group","content":"Nobody but me"}}}""";
        await scene.Database.ExecuteAsync($"UPDATE inbox_events SET state = 'dead', attempts = 8, last_error = 'BoomException: it went wrong', payload = '{push}'");
        return ids;
    }

    private static Task DoneAsync(Scene scene, int count) =>
        Eventually.TrueAsync("the event being handled", async () => await scene.Database.CountAsync("inbox_events", "state = 'done'") == count);
}
