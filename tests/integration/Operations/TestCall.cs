using System.Text.Json;
using LarkService.OnBehalfOf;
using LarkService.OnBehalfOf.Operations;
using LarkService.Platform;
using LarkService.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace LarkService.IntegrationTests.Operations;

/// <summary>A small operation with a route of its own: any API of the platform, as its caller names it.</summary>
internal sealed class TestCall(IUserCalls calls) : IOperation
{
    public const string Path = "/api/v1/test-calls";

    public string Kind => "test-call";

    public static void Add(IServiceCollection services) => services.AddSingleton<IOperation, TestCall>();

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost(Path, AnswerAsync).RequirePermission(Permissions.CallsExecute);

    public async Task<OperationAnswer> RunAsync(UserKey user, string payload, CancellationToken ct)
    {
        var wanted = JsonSerializer.Deserialize<Wanted>(payload)!;
        var answer = await calls.SendAsync(user, ScopeSet.Parse(wanted.Scopes), new HttpMethod(wanted.Method), wanted.Path, wanted.Body, repeatable: false, ct);
        return OperationAnswer.Json(answer.Body);
    }

    private static Task<IResult> AnswerAsync(Wanted wanted, LarkApps apps, CallerOperations operations, HttpContext http, CancellationToken ct) => operations.AnswerAsync(
        new NewOperation("test-call", new UserKey(apps.Find(null)!.AppId, wanted.OpenId), ScopeSet.Parse(wanted.Scopes), JsonSerializer.Serialize(wanted), wanted.Method == HttpMethods.Get), http, ct);

    /// <param name="OpenId">In whose name.</param>
    /// <param name="Method">HTTP method.</param>
    /// <param name="Path">From <c>/open-apis</c> on.</param>
    /// <param name="Body">JSON.</param>
    /// <param name="Scopes">What it needs, as far as its caller knows.</param>
    internal sealed record Wanted(string OpenId, string Method, string Path, JsonElement? Body, string? Scopes);
}
