using LarkService.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.Apaas.Ai.Rest;

/// <summary>What a question came to.</summary>
/// <param name="ConversationId">For the next question.</param>
/// <param name="RunId">Aily's name for the work.</param>
/// <param name="Message">What it wrote.</param>
internal sealed record ChatAnswer(string ConversationId, string RunId, ChatMessage Message)
{
    public static ChatAnswer Of(OpenTurn turn, AilyLook last) => new(turn.ConversationId, turn.RunId, new ChatMessage(AnswerText.IdOf(last.Messages), AnswerText.Raw(last.Messages)));

    /// <returns>Why there is no answer; null when there is one.</returns>
    public static ProblemHttpResult? ProblemIn(OpenTurn turn, AilyLook last) => last.Run switch
    {
        null => Problem(turn, "The AI took too long", "timed_out", $"There was no end within {AilyRuns.LongestWait.TotalMinutes} minutes; the run was cancelled. The question stands in the conversation.", null),
        { Status: AilyRunStatus.Completed } => null,
        { Status: AilyRunStatus.RequiresMessage } => Problem(
            turn, "The AI asks back", "requires_message", "It needs another message before it can answer. Ask again with this conversationId and say more; its own words, if there are any, are in msg.", Words(last)),
        { Status: AilyRunStatus.Cancelled } run => Problem(turn, "The run was cancelled", "cancelled", "It was cancelled before it was finished. Ask again.", run.Error),
        { Status: AilyRunStatus.Expired } run => Problem(turn, "The run expired", "expired", "Feishu/Lark stopped it because it took too long. Ask again.", run.Error),
        var run => Problem(turn, "The run failed", "failed", "Feishu/Lark's AI could not answer this. Its own words are in msg.", run.Error),
    };

    public static ProblemHttpResult Busy() => Problems.Of(
        "conversation-busy",
        StatusCodes.Status409Conflict,
        "The conversation is busy",
        "Another question of this conversation is being answered. Ask this one when that is over, or in a conversation of its own.");

    private static string? Words(AilyLook last) => AnswerText.Raw(last.Messages) is { Length: > 0 } words ? words : null;

    private static ProblemHttpResult Problem(OpenTurn turn, string title, string status, string detail, string? msg) => Problems.Of(
        "platform-error", StatusCodes.Status502BadGateway, title, detail, ("runStatus", status), ("msg", msg), ("conversationId", turn.ConversationId), ("runId", turn.RunId));
}

/// <param name="Id">Aily's; empty when it wrote nothing.</param>
/// <param name="Content">Markdown.</param>
internal sealed record ChatMessage(string Id, string Content);
