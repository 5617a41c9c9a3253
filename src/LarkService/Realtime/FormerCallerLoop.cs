using LarkService.Platform.Http;

namespace LarkService.Realtime;

/// <summary>Ends the lines of those who may not call any more: whose token ran out, whose key or account was taken away.</summary>
internal sealed partial class FormerCallerLoop(LiveConnections connections, IFormerCallers former, TimeProvider clock, ILogger<FormerCallerLoop> logger) : BackgroundService
{
    /// <summary>So long at most somebody hears what is no longer for them.</summary>
    public static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private bool _failing;

    /// <summary>The last word to whoever was let in once and may not call any more.</summary>
    public static LiveError Gone => LiveError.Of(Problems.Unauthenticated("Your key or account was revoked, disabled or deleted."));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Look, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await LookAsync(stoppingToken);
                _failing = false;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Clients stay meanwhile: a database that is away for a moment must not cost everybody their line.
                if (!_failing)
                {
                    Log.Trouble(logger, e);
                }

                _failing = true;
            }
        }
    }

    private async Task LookAsync(CancellationToken ct)
    {
        List<LiveConnection> open = [.. connections.All];
        if (open.Count == 0)
        {
            return;
        }

        var now = clock.GetUtcNow();
        var expired = LiveError.Of(Problems.Unauthenticated("What you connected with has expired. Connect again with a fresh token."));
        await EndAsync(open.Where(c => c.EndsAt <= now), expired, mayComeBack: true);
        open.RemoveAll(c => c.EndsAt <= now);
        using var limit = new CancellationTokenSource(Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        var gone = await former.AmongAsync([.. open.Select(c => c.CallerId).Distinct(StringComparer.Ordinal)], either.Token);
        await EndAsync(open.Where(c => gone.Contains(c.CallerId)), Gone, mayComeBack: false);
    }

    private Task EndAsync(IEnumerable<LiveConnection> lines, LiveError why, bool mayComeBack) =>
        Task.WhenAll(lines.Select(c => c.EndAsync(why, mayComeBack, clock)));

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Whether realtime clients may stay cannot be looked up: those whose key was revoked stay until it can")]
        public static partial void Trouble(ILogger logger, Exception e);
    }
}
