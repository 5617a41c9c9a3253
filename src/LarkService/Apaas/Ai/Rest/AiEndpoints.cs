using LarkService.OnBehalfOf;
using LarkService.OnBehalfOf.Operations;
using LarkService.Platform;
using LarkService.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.Apaas.Ai.Rest;

/// <summary>Routes under <c>/api/v1/ai</c>: Aily with the user's token. What is wrong with a request is told before anything is sent.</summary>
internal static class AiEndpoints
{
    private const string LastEventId = "Last-Event-ID";

    public static RouteGroupBuilder MapAi(this IEndpointRouteBuilder routes)
    {
        var ai = routes.MapGroup("/api/v1/ai").WithTags("AI").RequirePermission(Permissions.CallsExecute);
        ai.MapPost("/chat", ChatAsync);
        ai.MapPost("/skills/{skillId}/start", StartSkillAsync);
        ai.MapPost("/knowledge/ask", AskKnowledgeAsync);
        return ai;
    }

    private static async Task<IResult> ChatAsync(
        ChatRequest request, AskAi ask, ChatStream stream, AiConversations conversations, CallerOperations operations, LarkApps apps, HttpContext http, CancellationToken ct)
    {
        if (!CallTarget.TryRead(request.AppId, request.OpenId, AilyScopes.All, "openId", apps, out var target, out var problem)
            || (problem = FaultIn(request, http) ?? AiApps.FaultIn(target.App)) is not null)
        {
            return problem;
        }

        var callerId = http.User.CallerId();
        if (request.ConversationId is { } id && (!ChatRequest.IsConversationId(id) || await conversations.FindAsync(id, target.User, callerId, ct) is null))
        {
            return Problems.NotFound("There is no such conversation of yours with this user. Leave conversationId out to begin one.");
        }

        var question = new AiAsk(request.ConversationId ?? ChatIds.Conversation(http, request), callerId, ChatIds.Turn(http, request), request.Message!);
        return WantsStream(http.Request)
            ? await stream.AnswerAsync(target.User, question, StreamPosition.Parse(http.Request.Headers[LastEventId]), http)
            : await operations.AnswerAsync(ask.Of(target.User, question), http, ct);
    }

    private static ProblemHttpResult? FaultIn(ChatRequest request, HttpContext http)
    {
        var comesBack = http.Request.Headers.ContainsKey(LastEventId);
        return request.Fault() is { } fault ? Problems.Validation(fault)
            : comesBack && !WantsStream(http.Request) ? Problems.Validation($"{LastEventId} goes with 'Accept: {EventStream.ContentType}': a JSON answer has no events to go on from.")
            : comesBack && StreamPosition.Parse(http.Request.Headers[LastEventId]) is null ? Problems.Validation($"{LastEventId} is no id of an event of this route.")
            : WantsStream(http.Request) && Preferences.WantsToWait(http.Request)
                ? Problems.Validation($"A stream does not wait for consent: leave out 'Prefer: {Preferences.RespondAsync}', or ask for JSON.")
            : null;
    }

    private static async Task<IResult> StartSkillAsync(
        string skillId, SkillRequest request, StartSkill start, CallerOperations operations, LarkApps apps, HttpContext http, CancellationToken ct)
    {
        if (!CallTarget.TryRead(request.AppId, request.OpenId, ScopeSet.Empty, "openId", apps, out var target, out var problem)
            || (problem = (SkillRequest.FaultIn(skillId) ?? request.Fault()) is { } fault ? Problems.Validation(fault) : AiApps.FaultIn(target.App)) is not null)
        {
            return problem;
        }

        return await operations.AnswerAsync(start.Of(target.User, new(skillId, request.Query, request.Files, request.Input?.GetRawText())), http, ct);
    }

    private static async Task<IResult> AskKnowledgeAsync(
        KnowledgeRequest request, AskKnowledge ask, CallerOperations operations, LarkApps apps, HttpContext http, CancellationToken ct)
    {
        if (!CallTarget.TryRead(request.AppId, request.OpenId, ScopeSet.Empty, "openId", apps, out var target, out var problem)
            || (problem = request.Fault() is { } fault ? Problems.Validation(fault) : AiApps.FaultIn(target.App)) is not null)
        {
            return problem;
        }

        return await operations.AnswerAsync(ask.Of(target.User, new(request.Message!, request.DataAssetIds, request.DataAssetTagIds)), http, ct);
    }

    private static bool WantsStream(HttpRequest request) =>
        request.Headers.Accept.Any(accept => accept?.Contains(EventStream.ContentType, StringComparison.OrdinalIgnoreCase) == true);
}
