using System.Collections.Concurrent;
using LarkService.Messaging;
using LarkService.Platform.OpenApi;

namespace LarkService.Apaas.Ai;

/// <summary>Makes the cards on which answers grow. An app without the scope for it is left in peace for a while: its answers come in one piece.</summary>
internal sealed partial class GrowingCards(CardEntities entities, TimeProvider clock, ILogger<GrowingCards> logger)
{
    /// <summary>After a refusal; an administrator may have mended it by then.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromMinutes(10);

    /// <summary>As many entries as there are apps.</summary>
    private readonly ConcurrentDictionary<string, DateTimeOffset> _restUntil = new(StringComparer.Ordinal);

    public GrowingCard Of(AiTurn turn) => new(entities, turn, clock, logger);

    /// <returns>The id of a card to grow on; empty when the platform makes none.</returns>
    public async Task<string> CreateAsync(string appId, CancellationToken ct)
    {
        if (_restUntil.TryGetValue(appId, out var until) && clock.GetUtcNow() < until)
        {
            return "";
        }

        try
        {
            return await entities.CreateAsync(appId, AnswerCards.Growing(AnswerCards.NothingYet), ct);
        }
        catch (Exception fault) when (fault is PlatformException || Unreachable.Is(fault, ct))
        {
            if (fault is PlatformException { Error.IsTransient: false })
            {
                _restUntil[appId] = clock.GetUtcNow() + Rest;
            }

            Log.NoCard(logger, appId, fault.Message);
            return "";
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "App {AppId} gets no card to write on while an answer grows: {Why}")]
        public static partial void NoCard(ILogger logger, string appId, string why);
    }
}
