using System.Threading.Channels;

namespace LarkService.Apaas.Ai.Rest;

/// <summary>
/// Questions whose reader left in the middle of the answer. Their runs go on for a grace: nobody has to do anything for that, they live at
/// Aily. Who has not come back by then, to whatever replica, will not: the run is cancelled.
/// </summary>
internal sealed partial class LeftTurns(AiChat chat, AiStreamPace pace, TimeProvider clock, ILogger<LeftTurns> logger) : BackgroundService
{
    /// <summary>With more of them at a time, the next are cancelled at once.</summary>
    public const int Most = 1_000;

    private readonly Channel<(OpenTurn Turn, DateTimeOffset Due)> _left = Channel.CreateBounded<(OpenTurn, DateTimeOffset)>(Most);

    public async Task AddAsync(OpenTurn turn)
    {
        if (_left.Writer.TryWrite((turn, clock.GetUtcNow() + pace.Grace)))
        {
            await chat.LeaveAsync(turn);
        }
        else
        {
            await chat.AbandonAsync(turn);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // All have the same grace, so they are due in the order they left.
        await foreach (var (turn, due) in _left.Reader.ReadAllAsync(stoppingToken))
        {
            if (due - clock.GetUtcNow() is var rest && rest > TimeSpan.Zero)
            {
                await Task.Delay(rest < pace.Grace ? rest : pace.Grace, clock, stoppingToken);
            }

            try
            {
                await chat.AbandonAsync(turn);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Log.NotCancelled(logger, turn.RunId, e);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Run {RunId}, whose reader left, could not be cancelled; it ends by itself")]
        public static partial void NotCancelled(ILogger logger, string runId, Exception e);
    }
}
