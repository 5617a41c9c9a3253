using LarkService.Platform;
using LarkService.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.Apaas.Ai.Rest;

/// <summary>Which apps have an AI.</summary>
internal static class AiApps
{
    /// <returns>Null when it has one.</returns>
    public static ProblemHttpResult? FaultIn(LarkApp app) => app.AilyAppId is not null
        ? null
        : Problems.Validation($"App {app.AppId} has no AI: an operator sets Lark__Apps__<n>__AilyAppId (spring_…__c). Another app may have one: name it in appId.");
}
