using System.Globalization;
using System.Threading.Channels;
using LarkService.Platform;
using LarkService.Platform.OpenApi;
using Microsoft.Extensions.Options;

namespace LarkService.Messaging;

/// <summary>
/// Tells the operators' chat, through the default app's bot. What cannot be sent now is kept and tried again, up to a number
/// and an age: the trouble told of is often the very network that would carry the message.
/// </summary>
internal sealed partial class AdminChat(MessageClient messages, LarkApps apps, IOptions<AlertsOptions> options, TimeProvider clock, ILogger<AdminChat> logger)
    : BackgroundService, IOperatorAlerts
{
    /// <summary>Alerts that wait; what comes on top is left to the log.</summary>
    public const int MostWaiting = 100;

    /// <summary>An older alert is not sent any more.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromHours(24);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private readonly Channel<Waiting> _waiting = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });

    private bool IsSet => !string.IsNullOrEmpty(options.Value.AdminChatId);

    public void Tell(OperatorAlert alert)
    {
        // The platform sends one message for a uuid within an hour, whichever replica asks first.
        var uuid = alert.Key is { } key ? MessageUuid.For("alert", key) : RandomIds.Create(128);
        if (IsSet && !_waiting.Writer.TryWrite(new(alert, uuid, clock.GetTimestamp())))
        {
            Log.TooMany(logger, alert.Title.En);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!IsSet)
        {
            return;
        }

        await foreach (var waiting in _waiting.Reader.ReadAllAsync(stoppingToken))
        {
            await SendAsync(waiting, stoppingToken);
        }
    }

    private async Task SendAsync(Waiting waiting, CancellationToken ct)
    {
        for (var pause = FirstPause; !await TrySendAsync(waiting, ct); pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            if (clock.GetElapsedTime(waiting.Since) + pause > KeptFor)
            {
                Log.TooOld(logger, waiting.Alert.Title.En, KeptFor);
                return;
            }

            await Task.Delay(pause, clock, ct);
        }
    }

    /// <returns>True when there is nothing more to do about it.</returns>
    private async Task<bool> TrySendAsync(Waiting waiting, CancellationToken ct)
    {
        try
        {
            await messages.SendCardAsync(apps.Default.AppId, Receiver.Chat(options.Value.AdminChatId!), CardOf(waiting.Alert), waiting.Uuid, ct);
            return true;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            throw;
        }
        catch (PlatformException refused) when (MessageErrors.CannotBeReached(refused.Error.Code) || MessageErrors.IsContentRefused(refused.Error.Code))
        {
            Log.Refused(logger, options.Value.AdminChatId!, refused.Error, waiting.Alert.Title.En);
            return true;
        }
        catch (Exception e)
        {
            if (!waiting.Told)
            {
                waiting.Told = true;
                Log.NotNow(logger, waiting.Alert.Title.En, e is PlatformException refused ? refused.Error.ToString() : e.GetType().Name);
            }

            return false;
        }
    }

    private static Card CardOf(OperatorAlert alert)
    {
        var at = alert.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        List<CardElement> elements = [new Markdown(Text(alert.Words).Select(MarkdownText.Escape))];
        if (alert.Detail is { } detail)
        {
            elements.Add(new Markdown(LocalizedText.Same(MarkdownText.Escape(MarkdownText.Shorten(detail, 1000)))));
        }

        elements.Add(new Note(LocalizedText.Same($"{at} UTC · {MarkdownText.Escape(Environment.MachineName)}")));
        return new() { Header = new(Text(alert.Title), alert.Kind == AlertKind.Trouble ? CardColor.Red : CardColor.Green), Elements = elements };
    }

    private static LocalizedText Text(AlertText text) => new(text.En, text.Zh, text.Ja);

    /// <summary>An alert on its way; its uuid lets the platform send it once however often it is tried.</summary>
    private sealed record Waiting(OperatorAlert Alert, string Uuid, long Since)
    {
        public bool Told { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The admin chat cannot be told now ({Reason}): {Alert}. It is tried again")]
        public static partial void NotNow(ILogger logger, string alert, string reason);

        [LoggerMessage(2, LogLevel.Error, "The admin chat {ChatId} takes no message ({Reason}): {Alert}. The default app's bot must be a member of that chat and may speak there")]
        public static partial void Refused(ILogger logger, string chatId, PlatformError reason, string alert);

        [LoggerMessage(3, LogLevel.Warning, "The admin chat was not told within {Limit}: {Alert}")]
        public static partial void TooOld(ILogger logger, string alert, TimeSpan limit);

        [LoggerMessage(4, LogLevel.Warning, "Too many messages wait for the admin chat; this one is left to the log: {Alert}")]
        public static partial void TooMany(ILogger logger, string alert);
    }
}
