using System.Text.Json;
using LarkService.Authorization;
using LarkService.Data.Outbox;
using LarkService.Hosting;
using LarkService.OnBehalfOf.Operations;
using LarkService.Realtime;
using LarkService.UnitTests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace LarkService.UnitTests.Hosting;

/// <summary>What becomes a realtime event, for whom, and what it says.</summary>
public sealed class RealtimeNewsTests : IDisposable
{
    private readonly Scene _scene = new();
    private readonly LiveArrivals _arrivals = new(NullLogger<LiveArrivals>.Instance);
    private readonly ListLogger<RealtimeRelay> _log = new();
    private readonly RealtimeRelay _relay;

    public RealtimeNewsTests() => _relay = new(_scene.Database, _arrivals, _log);

    [Theory]
    [InlineData(nameof(SessionState.Authorized), "authorization:completed")]
    [InlineData(nameof(SessionState.Declined), "authorization:declined")]
    [InlineData(nameof(SessionState.Expired), null)]
    [InlineData(nameof(SessionState.Failed), null)]
    [InlineData(nameof(SessionState.Superseded), null)]
    public async Task Who_may_read_sessions_hears_that_somebody_agreed_or_declined(string state, string? name)
    {
        var session = await _scene.SessionAsync();
        Assert.True(await _scene.Sessions.FinishAsync(session, Enum.Parse<SessionState>(state), null, null, null, default));

        await TellAsync(new RealtimeNews.TellOfSession(_scene.Sessions, _relay), new SessionChanged(session.SessionId));

        var told = Arrived();
        Assert.Equal(name, told?.Name);
        if (told is not null)
        {
            Assert.Equal(LiveGroups.OfPermission("authorizations.read"), told.Group);
            Assert.Equal(
                $$"""{"sessionId":"{{session.SessionId}}","appId":"{{session.AppId}}","openId":"{{session.OpenId}}","state":"{{state.ToLowerInvariant()}}","flow":"redirect","at":"2026-03-01T09:00:00+00:00"}""",
                told.Data.GetRawText().Replace("\\u002B", "+", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_session_that_is_gone_concerns_nobody()
    {
        await TellAsync(new RealtimeNews.TellOfSession(_scene.Sessions, _relay), new SessionChanged("gone"));

        Assert.Null(Arrived());
    }

    [Fact]
    public async Task The_end_of_an_operation_concerns_its_caller()
    {
        var at = _scene.Clock.GetUtcNow();
        await TellAsync(new RealtimeNews.TellOfOperation(_relay), new OperationCompleted("op_1", "key:1", Some.AppId, Some.User.OpenId, "succeeded", null, at));

        var told = Arrived()!;
        Assert.Equal(("operation:completed", LiveGroups.OfCaller("key:1")), (told.Name, told.Group));
        Assert.Equal(("op_1", "succeeded", at), (told.Data.GetProperty("id").GetString(), told.Data.GetProperty("state").GetString(), told.Data.GetProperty("at").GetDateTimeOffset()));
        Assert.False(told.Data.TryGetProperty("sessionId", out _));
        Assert.False(told.Data.TryGetProperty("callerId", out _));
    }

    [Fact]
    public async Task An_operation_that_ended_before_an_update_of_the_service_concerns_nobody()
    {
        const string before = """{"id":"op_1","appId":"cli_1","openId":"ou_1","state":"succeeded","sessionId":null,"at":"2026-03-01T09:00:00+00:00"}""";
        await new RealtimeNews.TellOfOperation(_relay).HandleAsync(JsonElement.Parse(before), default);

        Assert.Null(Arrived());
    }

    [Fact]
    public void What_another_replica_says_arrives_and_what_cannot_be_read_is_left_out()
    {
        var sent = new LiveEvent("operation:completed", LiveGroups.OfCaller("key:1"), JsonElement.Parse("""{"id":"op_1"}"""));
        _relay.Heard(JsonSerializer.Serialize(sent, JsonSerializerOptions.Web));
        _relay.Heard("{");
        _relay.Heard("");

        var heard = Arrived()!;
        Assert.Equal((sent.Name, sent.Group, """{"id":"op_1"}"""), (heard.Name, heard.Group, heard.Data.GetRawText()));
        Assert.Null(Arrived());
        Assert.Equal(2, _log.Lines.Count);
    }

    [Fact]
    public void When_others_could_not_be_heard_everybody_is_told_once_they_can_be_again()
    {
        _relay.MissedSome();
        Assert.Null(Arrived());
        _relay.Listening();

        var told = Arrived()!;
        Assert.Equal(("system:notification", LiveGroups.Everybody, "events_missed"), (told.Name, told.Group, told.Data.GetProperty("kind").GetString()));
    }

    public void Dispose() => _scene.Dispose();

    private LiveEvent? Arrived() => _arrivals.Reader.TryRead(out var happened) ? happened : null;

    private static Task TellAsync<T>(IOutboxSubscriber news, T payload) => news.HandleAsync(JsonSerializer.SerializeToElement(payload, JsonSerializerOptions.Web), default);
}
