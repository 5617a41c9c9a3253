using System.Net;
using LarkService.IntegrationTests.Refresh;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Ai;

/// <summary>Answers that come word by word, and readers who leave in the middle of them.</summary>
public sealed class AiStreamTests
{
    private const string Slow = "sandbox:slow Summarise: we ship on Friday, tests are green, docs are late.";

    [Fact]
    public async Task Words_come_as_they_are_written_with_signs_of_life_between_them()
    {
        await using var scene = await StartAsync();
        await using var stream = await new AiCaller(scene.Authorized).StreamAsync(scene.Ava, Slow);
        Assert.Equal((HttpStatusCode.OK, "text/event-stream"), (stream.Status, stream.MediaType));

        var first = await stream.NextAsync();
        Assert.Equal("delta", first!.Name);
        Assert.Equal("IN_PROGRESS", AiCaller.RunsOf(scene)[0].StatusAt(scene.Clock.GetUtcNow()));
        var done = (await stream.UntilAsync("done"))!;

        Assert.Null(await stream.NextAsync());
        Assert.True(stream.Seen.Count >= 3, $"{stream.Seen.Count} events");
        Assert.Equal(stream.Text, done.Data["message"]!["content"]!.ToString());
        Assert.Equal(AiCaller.RunsOf(scene)[0].Id, done.Data["runId"]!.ToString());
        Assert.True(stream.Beats > 0);

        // The next question of the conversation; its text is rewritten half-way
        await using var next = await new AiCaller(scene.Authorized).StreamAsync(scene.Ava, "sandbox:rewrite sandbox:slow And now?", null, done.Data["conversationId"]!.ToString());
        var end = (await next.UntilAsync("done"))!;
        Assert.Contains(next.Seen, e => e.Name == "replace");
        Assert.Equal(next.Text, end.Data["message"]!["content"]!.ToString());
        Assert.Contains("Earlier you asked", next.Text, StringComparison.Ordinal);

        // What fails in the middle ends it with a problem
        await using var failing = await new AiCaller(scene.Authorized).StreamAsync(scene.Ava, "sandbox:fail");
        var error = (await failing.UntilAsync("error"))!;
        Assert.Equal(("urn:lark-service:platform-error", "failed"), (error.Data["type"]!.ToString(), error.Data["runStatus"]!.ToString()));
        Assert.Null(await failing.NextAsync());
    }

    [Fact]
    public async Task Who_leaves_and_does_not_come_back_has_their_run_cancelled_and_who_asks_something_else_at_once()
    {
        await using var scene = await StartAsync(TimeSpan.FromMilliseconds(1500));
        var caller = new AiCaller(scene.Authorized);
        await using (var stream = await caller.StreamAsync(scene.Ava, Slow))
        {
            await stream.NextAsync();
        }

        await Eventually.TrueAsync("the run being cancelled", () => AiCaller.RunsOf(scene)[0].CancelledAt is not null);
        Assert.True(AiCaller.RunsOf(scene)[0].CancelledAt - AiCaller.RunsOf(scene)[0].StartedAt > TimeSpan.FromSeconds(1.5), "It was cancelled before the grace was over.");

        await using var done = await caller.StreamAsync(scene.Ava, "Hello?");
        var id = (await done.UntilAsync("done"))!.Data["conversationId"]!.ToString();
        await using (var stream = await caller.StreamAsync(scene.Ava, Slow, null, id))
        {
            await stream.NextAsync();
        }

        await Eventually.TrueAsync("the other question", async () => (await caller.AskAsync(scene.Ava, "Something else?", id)).Status == HttpStatusCode.OK);
        Assert.NotNull(AiCaller.RunsOf(scene)[2].CancelledAt);
        Assert.Equal(4, scene.Runs);
    }

    [Fact]
    public async Task A_stream_ends_with_a_problem_when_the_user_takes_their_consent_back()
    {
        await using var scene = await StartAsync();
        await using var stream = await new AiCaller(scene.Authorized).StreamAsync(scene.Ava, Slow);
        await stream.NextAsync();

        scene.Platform.Faults.RevokeGrant(scene.Ava.OpenId);
        var error = (await stream.UntilAsync("error"))!;

        Assert.Equal("urn:lark-service:authorization-required", error.Data["type"]!.ToString());
        Assert.Null(await stream.NextAsync());
        Assert.DoesNotContain(stream.Seen, e => e.Name == "done");
    }

    [Fact]
    public async Task Who_is_cut_off_reads_on_at_another_replica_and_misses_nothing()
    {
        await using var scene = await StartAsync(TimeSpan.FromMilliseconds(500), Engine.Postgres);
        var beside = Cluster.Beside(scene);
        await using var second = await RunningService.StartAsync(beside, scene.Clock, AiCaller.Quick);
        using var client = Cluster.Client(scene, beside["urls"]);
        var (here, there) = (new AiCaller(scene.Authorized), new AiCaller(client));
        string read, at;
        await using (var stream = await here.StreamAsync(scene.Ava, Slow))
        {
            await stream.NextAsync();
            (read, at) = (stream.Text, stream.LastId!);
        }

        await using var on = await there.StreamAsync(scene.Ava, Slow, at);
        var done = (await on.UntilAsync("done"))!;

        Assert.DoesNotContain(on.Seen, e => e.Name == "replace");
        Assert.Equal(done.Data["message"]!["content"]!.ToString(), read + on.Text);
        Assert.Null(Assert.Single(AiCaller.RunsOf(scene)).CancelledAt); // the grace passed at the first, and it saw that somebody reads
        Assert.NotEmpty(read);

        // Who comes back again to what they have read is told the end again; nobody else is
        await using var again = await here.StreamAsync(scene.Ava, Slow, on.LastId);
        Assert.Equal("done", (await again.NextAsync())!.Name);
        await using var stranger = await here.StreamAsync(scene.Mei, Slow, on.LastId);
        Assert.Equal(HttpStatusCode.NotFound, stranger.Status);
    }

    [Fact]
    public async Task A_stop_ends_the_stream_and_its_reader_reads_on_after_the_start()
    {
        await using var scene = await StartAsync(TimeSpan.FromMilliseconds(500));
        var caller = new AiCaller(scene.Authorized);
        await using var stream = await caller.StreamAsync(scene.Ava, Slow);
        await stream.NextAsync();

        await scene.StartServiceAsync();
        Assert.Null(await stream.UntilAsync("done"));
        await using var on = await caller.StreamAsync(scene.Ava, Slow, stream.LastId);
        var done = (await on.UntilAsync("done"))!;

        Assert.Equal(done.Data["message"]!["content"]!.ToString(), stream.Text + on.Text);
        Assert.Null(Assert.Single(AiCaller.RunsOf(scene)).CancelledAt);
    }

    /// <summary>A question with <c>sandbox:slow</c> takes ten times <paramref name="run"/>.</summary>
    private static async Task<Scene> StartAsync(TimeSpan? run = null, Engine engine = Engine.Sqlite)
    {
        var scene = await Scene.StartAsync(new()
        {
            Engine = engine,
            Flow = Flow.Redirect,
            Sandbox = Scene.QuickSandbox with { RunDuration = run ?? TimeSpan.FromMilliseconds(300) },
            Services = AiCaller.Quick,
        });
        await scene.GrantAsync(scene.Ava, Scene.AiScopes);
        return scene;
    }
}
