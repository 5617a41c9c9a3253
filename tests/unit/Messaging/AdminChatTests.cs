using System.ComponentModel.DataAnnotations;
using LarkService.Messaging;
using LarkService.Platform;
using LarkService.UnitTests.Support;
using Microsoft.Extensions.Options;

namespace LarkService.UnitTests.Messaging;

/// <summary>The operators' chat: told once, told later when it must be, and never waited for.</summary>
public sealed class AdminChatTests : IAsyncLifetime
{
    private const string Chat = "oc_admins";
    private readonly ManualTime _clock = new();
    private readonly RecordedPlatform _platform = new();
    private readonly ListLogger<AdminChat> _log = new();
    private AdminChat? _chat;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_chat is not null)
        {
            await _chat.StopAsync(CancellationToken.None);
            _chat.Dispose();
        }
    }

    [Fact]
    public async Task An_alert_becomes_a_card_in_both_languages_in_that_chat()
    {
        (await StartAsync()).Tell(Alert("The App Secret is <wrong>") with { Detail = "code 514" });
        await Until.TrueAsync(() => _platform.Calls.Count == 1);
        var call = _platform.Calls[0];
        Assert.Equal(("/open-apis/im/v1/messages?receive_id_type=chat_id", Chat, "interactive"), (call.Path, call.Body!["receive_id"]!.ToString(), call.Body["msg_type"]!.ToString()));
        var card = call.Body["content"]!.ToString();
        Assert.Contains("&#60;wrong&#62;", card, StringComparison.Ordinal);
        Assert.Contains("麻烦", card, StringComparison.Ordinal);
        Assert.Contains("code 514", card, StringComparison.Ordinal);
        Assert.Contains("2026-03-01 09:00:00 UTC", card, StringComparison.Ordinal);
        Assert.Contains("\"template\":\"red\"", card, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_sent_now_is_kept_and_tried_again_with_the_same_uuid()
    {
        _platform.Answer = _ => throw new HttpRequestException("down");
        var chat = await StartAsync();
        chat.Tell(Alert("first"));
        chat.Tell(Alert("second"));
        foreach (var pause in (int[])[5, 10, 20, 40, 60, 60])
        {
            await _clock.SomeoneWaitsForAsync(pause);
            _clock.AdvanceSeconds(pause);
        }

        await _clock.SomeoneWaitsForAsync(60);
        var recorded = new RecordedPlatform();
        _platform.Answer = recorded.Answer;
        _clock.AdvanceSeconds(60);
        await Until.TrueAsync(() => _platform.Calls.Count == 9);
        Assert.Single(_platform.Calls.Take(8).Select(c => c.Body!["uuid"]!.ToString()).Distinct());
        Assert.Contains("second", _platform.Calls[8].Body!["content"]!.ToString(), StringComparison.Ordinal);
        Assert.Single(_log.Lines, line => line.Contains("cannot be told now", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_several_replicas_tell_has_one_uuid_so_that_the_platform_sends_it_once()
    {
        var chat = await StartAsync();
        chat.Tell(Alert("the same") with { Key = "cli_1: a scope" });
        chat.Tell(Alert("the same") with { Key = "cli_1: a scope" }); // as another replica would
        chat.Tell(Alert("another") with { Key = "cli_1: another scope" });
        chat.Tell(Alert("by itself"));
        await Until.TrueAsync(() => _platform.Calls.Count == 4);

        var uuids = _platform.Calls.Select(c => c.Body!["uuid"]!.ToString()).ToList();
        Assert.Equal(uuids[0], uuids[1]);
        Assert.Equal(3, uuids.Distinct().Count());
    }

    [Fact]
    public async Task After_a_day_it_is_left_to_the_log()
    {
        _platform.Answer = _ => (200, """{"code":230049,"msg":"being sent"}""");
        (await StartAsync()).Tell(Alert("old"));
        await _clock.SomeoneWaitsForAsync(5);
        _clock.Advance(AdminChat.KeptFor);
        await Until.TrueAsync(() => _log.Lines.Any(line => line.Contains("was not told within", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_chat_that_takes_no_message_is_said_so_and_the_next_one_goes_on()
    {
        _platform.Answer = call => call.Body!["content"]!.ToString().Contains("first", StringComparison.Ordinal)
            ? (400, """{"code":230002,"msg":"bot not in chat"}""")
            : (200, """{"code":0,"data":{"message_id":"om_1"}}""");
        var chat = await StartAsync();
        chat.Tell(Alert("first"));
        chat.Tell(Alert("second"));
        await Until.TrueAsync(() => _platform.Calls.Count == 2);
        Assert.Contains(_log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal) && line.Contains("must be a member", StringComparison.Ordinal));
    }

    [Fact]
    public async Task More_than_may_wait_is_left_to_the_log_and_nobody_waits()
    {
        _platform.Answer = _ => throw new HttpRequestException("down");
        var chat = await StartAsync();
        for (var i = 0; i < AdminChat.MostWaiting + 10; i++)
        {
            chat.Tell(Alert($"{i}"));
        }

        Assert.Contains(_log.Lines, line => line.Contains("Too many messages wait", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_chat_nothing_is_sent()
    {
        var chat = await StartAsync(null);
        for (var i = 0; i < AdminChat.MostWaiting + 10; i++)
        {
            chat.Tell(Alert("x"));
        }

        await chat.ExecuteTask!.Soon();
        Assert.Empty(_platform.Calls);
        Assert.Empty(_log.Lines);
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData("", 0)]
    [InlineData("oc_1", 0)]
    [InlineData("ou_1", 1)]
    public void Only_a_chats_id_is_taken(string? id, int faults)
    {
        var options = new AlertsOptions { AdminChatId = id };
        var found = options.Validate(new ValidationContext(options)).ToList();
        Assert.Equal(faults, found.Count);
        Assert.All(found, fault => Assert.Equal("Alerts__AdminChatId", fault.MemberNames.Single()));
    }

    private static OperatorAlert Alert(string words) =>
        new(AlertKind.Trouble, new("Trouble", "麻烦", "問題"), new(words, "麻烦", "問題"), new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero));

    private async Task<AdminChat> StartAsync(string? chat = Chat)
    {
        _chat = new(_platform.Messages(), _platform.Apps, Options.Create(new AlertsOptions { AdminChatId = chat }), _clock, _log);
        await _chat.StartAsync(CancellationToken.None);
        return _chat;
    }
}
