using LarkService.Platform;

namespace LarkService.Apaas.Ai.Rest;

/// <summary>
/// A question from its start to its end: session, message, run. Whoever reads the answer may leave and come back, to any replica: what is
/// needed to go on stands in the database, and the words stand with Aily.
/// </summary>
internal sealed partial class AiChat(
    AilyClient aily, AilySessions sessions, AilyRuns runs, AiConversations conversations, LarkApps apps, IHostApplicationLifetime host, TimeProvider clock, ILogger<AiChat> logger)
{
    /// <summary>So long a run that nobody waits for may take to be cancelled.</summary>
    private static readonly TimeSpan ToCancel = TimeSpan.FromSeconds(10);

    /// <summary>Asks. Consent is found missing in here, before anything is kept.</summary>
    /// <returns>Null while another question of this conversation is being answered.</returns>
    public async Task<OpenTurn?> OpenAsync(UserKey user, AiAsk ask, CancellationToken ct)
    {
        var reader = RandomIds.Create(64);
        if (await conversations.FindAsync(ask.ConversationId, user, ask.CallerId, ct) is not { } known)
        {
            var session = await sessions.OpenAsync(user, null, ct);
            await conversations.AddAsync(user, ask, session, reader, ct);
            return await StartAsync(user, ask, session, reader, resumed: false, ct);
        }

        if (!await conversations.ClaimAsync(known, ask.TurnId, reader, ct))
        {
            return null;
        }

        if (known.TurnId == ask.TurnId)
        {
            return known.RunId is { } run
                ? new OpenTurn(user, known.Id, ask.TurnId, known.AilySessionId, run, reader, clock.GetUtcNow() + AilyRuns.LongestWait)
                : await StartAsync(user, ask, known.AilySessionId, reader, resumed: true, ct);
        }

        return await StartAsync(user, ask, async () =>
        {
            if (known is { TurnIsOpen: true, RunId: { } left })
            {
                await runs.CancelAsync(user, known.AilySessionId, left, ct); // its reader left, and nobody will read it now
            }

            var session = await sessions.OpenAsync(user, known.AilySessionId, ct);
            if (session != known.AilySessionId)
            {
                await conversations.NoteSessionAsync(known.Id, ask.TurnId, session, CancellationToken.None); // another attempt finds its message there
            }

            return session;
        }, reader, resumed: false, ct);
    }

    /// <summary>Goes on with an answer somebody began to read.</summary>
    /// <returns>Null when there is none of this caller and user, or it is too old.</returns>
    public async Task<OpenTurn?> ReadOnAsync(UserKey user, string callerId, string turnId, CancellationToken ct)
    {
        if (await conversations.FindTurnAsync(turnId, user, callerId, ct) is not { RunId: { } run } found)
        {
            return null;
        }

        var turn = new OpenTurn(user, found.Id, turnId, found.AilySessionId, run, RandomIds.Create(64), found.TurnStartedAt + AilyRuns.LongestWait);
        await conversations.TakeOverAsync(turn, ct); // where that fails the end has been seen, and can be seen again
        return turn;
    }

    /// <param name="turn">The question.</param>
    /// <param name="partly">Words are wanted as they come.</param>
    /// <param name="ct">Ends the wait.</param>
    public IAsyncEnumerable<AilyLook> WatchAsync(OpenTurn turn, bool partly, CancellationToken ct) =>
        runs.WatchAsync(turn.User, turn.SessionId, turn.RunId, partly, turn.Until, ct);

    /// <summary>The end was seen, or there will be none that anybody sees. That it cannot be noted is no reason to lose an answer.</summary>
    public async Task EndAsync(OpenTurn turn, AilyLook? last)
    {
        if (await EndedAsync(turn.ConversationId, turn.TurnId, turn.Reader) && last?.Run is null or { IsActive: true })
        {
            await CancelAsync(turn);
        }
    }

    /// <summary>The reader left, and may come back.</summary>
    public Task LeaveAsync(OpenTurn turn) => LeaveAsync(turn.ConversationId, turn.TurnId, turn.Reader);

    /// <summary>The reader left for good: the run is cancelled. When this process stops it is not: the caller, or another process, goes on elsewhere.</summary>
    public Task AbandonAsync(OpenTurn turn) => host.ApplicationStopping.IsCancellationRequested ? LeaveAsync(turn) : EndAsync(turn, null);

    private Task<OpenTurn> StartAsync(UserKey user, AiAsk ask, string sessionId, string reader, bool resumed, CancellationToken ct) =>
        StartAsync(user, ask, () => Task.FromResult(sessionId), reader, resumed, ct);

    private async Task<OpenTurn> StartAsync(UserKey user, AiAsk ask, Func<Task<string>> session, string reader, bool resumed, CancellationToken ct)
    {
        string? sessionId = null;
        try
        {
            sessionId = await session();
            var until = clock.GetUtcNow() + AilyRuns.LongestWait;
            await aily.CreateMessageAsync(user, sessionId, ask.TurnId, ask.Message, ct);
            var run = await runs.StartAsync(user, sessionId, AppOf(user), ask.TurnId, resumed, until, ct);
            await conversations.NoteRunAsync(ask.ConversationId, ask.TurnId, sessionId, run.Id, CancellationToken.None);
            return new OpenTurn(user, ask.ConversationId, ask.TurnId, sessionId, run.Id, reader, until);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            await LeftAsync(user, ask, sessionId, reader);
            throw;
        }
        catch
        {
            await EndedAsync(ask.ConversationId, ask.TurnId, reader);
            throw;
        }
    }

    /// <summary>The caller left while the run was being started: it may be there, unknown to us.</summary>
    private async Task LeftAsync(UserKey user, AiAsk ask, string? sessionId, string reader)
    {
        if (host.ApplicationStopping.IsCancellationRequested)
        {
            await LeaveAsync(ask.ConversationId, ask.TurnId, reader);
        }
        else if (await EndedAsync(ask.ConversationId, ask.TurnId, reader) && sessionId is not null)
        {
            using var limit = new CancellationTokenSource(ToCancel, clock);
            await Quietly(() => runs.CancelOwnAsync(user, sessionId, ask.TurnId, limit.Token));
        }
    }

    private async Task<bool> EndedAsync(string conversationId, string turnId, string reader)
    {
        try
        {
            return await conversations.EndAsync(conversationId, turnId, reader);
        }
        catch (Exception e)
        {
            Log.NotNoted(logger, conversationId, e); // it is free again when its lease has run out
            return false;
        }
    }

    private async Task LeaveAsync(string conversationId, string turnId, string reader)
    {
        try
        {
            await conversations.LeaveAsync(conversationId, turnId, reader);
        }
        catch (Exception e)
        {
            Log.NotNoted(logger, conversationId, e);
        }
    }

    private async Task CancelAsync(OpenTurn turn)
    {
        using var limit = new CancellationTokenSource(ToCancel, clock);
        await Quietly(() => runs.CancelAsync(turn.User, turn.SessionId, turn.RunId, limit.Token));
    }

    // Without consent, or without an answer, it cannot be cancelled; then it ends by itself.
    private static async Task Quietly(Func<Task> cancel)
    {
        try
        {
            await cancel();
        }
        catch (Exception e) when (e is OperationCanceledException or OnBehalfOf.ConsentRequiredException)
        {
        }
    }

    private string AppOf(UserKey user) => apps.Get(user.AppId).AilyAppId ?? throw new InvalidOperationException($"App {user.AppId} has no AilyAppId (any more).");

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "That the question of conversation {ConversationId} is over could not be noted; it stays busy until its lease has run out")]
        public static partial void NotNoted(ILogger logger, string conversationId, Exception e);
    }
}
