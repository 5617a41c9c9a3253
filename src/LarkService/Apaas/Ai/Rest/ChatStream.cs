using LarkService.OnBehalfOf;
using LarkService.Platform;
using LarkService.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.Apaas.Ai.Rest;

/// <summary>
/// Answers a question as a stream of events, word by word. What stands in the way before there is a run is a problem document with its own
/// status; what goes wrong later is an <c>error</c> event with the same document.
/// </summary>
internal sealed class ChatStream(AiChat chat, LeftTurns left, CallProblems problems, CallAudit audit, AiStreamPace pace, IHostApplicationLifetime host, TimeProvider clock)
{
    /// <param name="user">In whose name.</param>
    /// <param name="ask">The question.</param>
    /// <param name="from">Where somebody who was cut off goes on; null asks.</param>
    /// <param name="http">The caller's line.</param>
    public async Task<IResult> AnswerAsync(UserKey user, AiAsk ask, StreamPosition? from, HttpContext http)
    {
        OpenTurn? turn = null;
        var answer = await problems.OrProblemAsync(
            user,
            AilyScopes.All,
            async () =>
            {
                turn = from is null ? await chat.OpenAsync(user, ask, http.RequestAborted) : await chat.ReadOnAsync(user, ask.CallerId, from.TurnId, http.RequestAborted);
                return turn is not null ? TypedResults.Empty : from is null ? Busy(http) : Gone();
            },
            (gap, asked) => Task.FromResult<IResult>(CallProblems.Asked(gap, asked, http)),
            http.RequestAborted,
            http);
        if (turn is null)
        {
            audit.Note(ask.CallerId, user, AskAi.KindName, OutcomeOf(answer));
            return answer;
        }

        await StreamAsync(turn, ask.CallerId, new AnswerGrowth(turn.TurnId, from), http);
        return TypedResults.Empty;
    }

    private async Task StreamAsync(OpenTurn turn, string callerId, AnswerGrowth growth, HttpContext http)
    {
        var outcome = CallOutcomes.CallerLeft;
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, host.ApplicationStopping);
        try
        {
            var events = new EventStream(http.Response);
            await events.BeginAsync(growth.Position.ToString(), ends.Token);
            AilyLook? last = null;
            var answer = await problems.OrProblemAsync(
                turn.User,
                AilyScopes.All,
                async () =>
                {
                    last = await WriteAsync(turn, growth, events, ends.Token);
                    return ChatAnswer.ProblemIn(turn, last) ?? (IResult)TypedResults.Empty;
                },
                (gap, asked) => Task.FromResult<IResult>(CallProblems.Asked(gap, asked, http)),
                ends.Token);
            outcome = OutcomeOf(answer);
            await (last is null ? chat.LeaveAsync(turn) : chat.EndAsync(turn, last)); // what could not be seen may be read on
            await (answer is ProblemHttpResult problem
                ? events.SendAsync("error", problem.ProblemDetails, growth.Position.ToString(), ends.Token)
                : events.SendAsync("done", ChatAnswer.Of(turn, last!), growth.Position.ToString(), ends.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // When it is us who stop, the caller comes back to another replica; the stream without an end tells them so.
            await (host.ApplicationStopping.IsCancellationRequested ? chat.LeaveAsync(turn) : left.AddAsync(turn));
        }
        catch
        {
            await left.AddAsync(turn);
            throw;
        }
        finally
        {
            audit.Note(callerId, turn.User, AskAi.KindName, outcome);
        }
    }

    private async Task<AilyLook> WriteAsync(OpenTurn turn, AnswerGrowth growth, EventStream events, CancellationToken ct)
    {
        await using var looks = chat.WatchAsync(turn, partly: true, ct).GetAsyncEnumerator(ct);
        while (true)
        {
            await NextAsync(looks, events, ct);
            var look = looks.Current;
            if (look.Messages.Count > 0 && growth.Next(AnswerText.Raw(look.Messages)) is { } more)
            {
                await events.SendAsync(more.Rewritten ? "replace" : "delta", new { content = more.Content }, growth.Position.ToString(), ct);
            }

            if (look.IsLast)
            {
                return look;
            }
        }
    }

    private async Task NextAsync(IAsyncEnumerator<AilyLook> looks, EventStream events, CancellationToken ct)
    {
        var next = looks.MoveNextAsync().AsTask();
        while (true)
        {
            try
            {
                await next.WaitAsync(pace.Heartbeat, clock, CancellationToken.None);
                return;
            }
            catch (TimeoutException)
            {
                if (next.IsCompleted)
                {
                    await next;
                    return;
                }

                await BeatAsync(next, events, ct);
            }
        }
    }

    private static async Task BeatAsync(Task<bool> next, EventStream events, CancellationToken ct)
    {
        try
        {
            await events.BeatAsync(ct);
        }
        catch
        {
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // nobody may leave it behind at work
            throw;
        }
    }

    private static ProblemHttpResult Busy(HttpContext http)
    {
        Problems.RetryAfter(TimeSpan.FromSeconds(2), http);
        return ChatAnswer.Busy();
    }

    private static ProblemHttpResult Gone() => Problems.NotFound(
        $"There is no answer of yours to go on with: it is older than {AiConversations.Readable.TotalMinutes} minutes, another question of its conversation has followed, or this Last-Event-ID is not one of this user's. Ask again without Last-Event-ID.");

    private static string OutcomeOf(IResult answer) => answer switch
    {
        ProblemHttpResult { StatusCode: StatusCodes.Status403Forbidden, ProblemDetails.Type: "urn:lark-service:authorization-required" } => CallOutcomes.ConsentRequired,
        ProblemHttpResult { StatusCode: StatusCodes.Status503ServiceUnavailable } => CallOutcomes.Unreachable,
        ProblemHttpResult => CallOutcomes.Refused,
        _ => CallOutcomes.Ok,
    };
}
