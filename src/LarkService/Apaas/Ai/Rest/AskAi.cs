using LarkService.OnBehalfOf.Operations;
using LarkService.Platform;

namespace LarkService.Apaas.Ai.Rest;

/// <summary>
/// A question with one answer. It may be made again when its outcome is unknown: Aily adds the message of a question once, and the run that
/// was started for it is found.
/// </summary>
internal sealed class AskAi(AiChat chat, LarkApps apps) : ApaasOperation<AiAsk>
{
    public const string KindName = "ai-chat";
    private static readonly IReadOnlyDictionary<string, string> Soon = new Dictionary<string, string> { ["Retry-After"] = "2" };

    public override string Kind => KindName;

    public override ScopeSet Scopes => AilyScopes.All;

    public override bool IsSafeToRepeat => true;

    protected override async Task<OperationAnswer> AnswerAsync(UserKey user, AiAsk call, CancellationToken ct)
    {
        if (AiApps.FaultIn(apps.Get(user.AppId)) is { } none)
        {
            return OperationAnswer.Problem(none);
        }

        if (await chat.OpenAsync(user, call, ct) is not { } turn)
        {
            return OperationAnswer.Problem(ChatAnswer.Busy()) with { Headers = Soon };
        }

        var last = await LastAsync(turn, ct);
        await chat.EndAsync(turn, last);
        return ChatAnswer.ProblemIn(turn, last) is { } problem ? OperationAnswer.Problem(problem) : OperationAnswer.Json(ChatAnswer.Of(turn, last));
    }

    private async Task<AilyLook> LastAsync(OpenTurn turn, CancellationToken ct)
    {
        try
        {
            return await chat.WatchAsync(turn, partly: false, ct).LastAsync(ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            await chat.AbandonAsync(turn);
            throw;
        }
        catch
        {
            await chat.LeaveAsync(turn); // a second attempt finds the run
            throw;
        }
    }
}
