using System.Text.Json;
using LarkService.OnBehalfOf;
using LarkService.OnBehalfOf.Operations;
using LarkService.Platform;

namespace LarkService.Apaas.Ai.Rest;

/// <summary>Asks the Aily app's knowledge, a hundred times a minute for an app and company. It changes nothing, so it may be asked again.</summary>
internal sealed class AskKnowledge(LongCalls calls, LarkApps apps) : ApaasOperation<AskKnowledge.Call>
{
    public override string Kind => "ai-knowledge";

    public override ScopeSet Scopes { get; } = ScopeSet.Of("aily:knowledge:ask");

    public override bool IsSafeToRepeat => true;

    protected override async Task<OperationAnswer> AnswerAsync(UserKey user, Call call, CancellationToken ct)
    {
        if (AiApps.FaultIn(apps.Get(user.AppId)) is { } none)
        {
            return OperationAnswer.Problem(none);
        }

        var path = $"/open-apis/aily/v1/apps/{Uri.EscapeDataString(apps.Get(user.AppId).AilyAppId!)}/knowledges/ask";
        var body = new { message = new { content = call.Message }, data_asset_ids = call.DataAssetIds, data_asset_tag_ids = call.DataAssetTagIds };
        var last = await calls.SendAsync(user, Scopes, HttpMethod.Post, path, body, KnowledgeStream.LastAsync, ct);
        return OperationAnswer.Json(new
        {
            content = Part(last, "message")?.Text("content") ?? "",
            hasAnswer = last.Is("has_answer"),
            finishType = last.Text("finish_type"),
            faqResult = Part(last, "faq_result"),
            processData = Part(last, "process_data"),
        });
    }

    private static JsonElement? Part(JsonElement json, string name) => json.TryGetProperty(name, out var part) && part.ValueKind == JsonValueKind.Object ? part : null;

    /// <param name="Message">The question.</param>
    /// <param name="DataAssetIds">Where to look.</param>
    /// <param name="DataAssetTagIds">The same by tag.</param>
    internal sealed record Call(string Message, IReadOnlyList<string>? DataAssetIds, IReadOnlyList<string>? DataAssetTagIds);
}
