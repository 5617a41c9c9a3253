using LarkService.OnBehalfOf;
using LarkService.OnBehalfOf.Operations;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.Apaas.Ai.Rest;

/// <summary>Starts a skill of the Aily app and waits for what it gives back: a hundred times a minute for an app and company. What a skill does is not known here, so it is sent once.</summary>
internal sealed class StartSkill(LongCalls calls, LarkApps apps) : ApaasOperation<StartSkill.Call>
{
    public override string Kind => "ai-skill";

    public override ScopeSet Scopes { get; } = ScopeSet.Of("aily:skill:write");

    protected override async Task<OperationAnswer> AnswerAsync(UserKey user, Call call, CancellationToken ct)
    {
        if (AiApps.FaultIn(apps.Get(user.AppId)) is { } none)
        {
            return OperationAnswer.Problem(none);
        }

        var path = $"/open-apis/aily/v1/apps/{Uri.EscapeDataString(apps.Get(user.AppId).AilyAppId!)}/skills/{Uri.EscapeDataString(call.SkillId)}/start";
        var body = new { global_variable = new { query = call.Query, files = call.Files }, input = call.Input };
        var answer = await calls.SendAsync(user, Scopes, HttpMethod.Post, path, body, PlatformAnswer.ReadAsync, ct);
        var data = answer.ThrowIfRefused().Data;
        return OperationAnswer.Json(new { output = WrappedJson.Read(data, "output"), status = data.Text("status") });
    }

    /// <param name="SkillId"><c>skill_…</c></param>
    /// <param name="Query">What the person says.</param>
    /// <param name="Files">Ids of files.</param>
    /// <param name="Input">JSON, as the skill takes it.</param>
    internal sealed record Call(string SkillId, string? Query, IReadOnlyList<string>? Files, string? Input);
}
