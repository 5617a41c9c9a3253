using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LarkService.Apaas;
using LarkService.OnBehalfOf;
using LarkService.OnBehalfOf.Operations;
using LarkService.Platform;
using LarkService.Platform.OpenApi;
using LarkService.Platform.Registry;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Apaas;

/// <summary>Operations with a scripted platform below them: a user who has agreed, and a token that is put in on the way.</summary>
internal sealed class ApaasScene : IDisposable
{
    private readonly Scene _scene = new();
    private readonly TenantTokens _tenant;

    public ApaasScene()
    {
        _tenant = new TenantTokens(_scene.Platform, _scene.Apps, _scene.Clock);
        var metrics = new CallMetrics(_scene.Meters);
        var apis = ApiRegistry.Load();
        Calls = new UserCalls(new ThroughHandler(_scene, new KnownApis(apis, _scene.Clock)), _scene.Apps, apis, metrics, _scene.Clock);
        AppCalls = new AppCalls(_scene.Tokens, _scene.Grants, new OpenApiClient(_scene.Platform, _tenant), _scene.Apps, _scene.SetupAlerts, apis, metrics, _scene.Clock);
    }

    public OpenPlatform Platform => _scene.Platform;

    public ManualTime Clock => _scene.Clock;

    public CountedMeters Meters => _scene.Meters;

    public KeptAlerts Alerts => _scene.Alerts;

    public IUserCalls Calls { get; }

    public AppCalls AppCalls { get; }

    public Task GrantAsync(string scopes = "") => _scene.GrantAsync(scopes: scopes);

    public Task ForgetEmailAsync() => _scene.Database.RunAsync(async db =>
    {
        var grant = db.Set<LarkService.Grants.UserGrant>().Single();
        grant.SealedEmail = null;
        await db.SaveChangesAsync();
    });

    /// <summary>Carries an operation out as it is when it has waited: from what it wrote down.</summary>
    public static Task<OperationAnswer> RunAsync<TCall>(ApaasOperation<TCall> operation, TCall call, UserKey? user = null)
    {
        var written = operation.Of(user ?? Some.User, call);
        return operation.RunAsync(written.User, written.Payload, default);
    }

    public void Dispose()
    {
        _tenant.Dispose();
        _scene.Dispose();
    }

    private sealed class ThroughHandler(Scene scene, KnownApis apis) : IHttpClientFactory
    {
        public HttpClient CreateClient(string name) => new(new UserTokenHandler(scene.Tokens, scene.Apps, scene.SetupAlerts, apis) { InnerHandler = scene.Platform }, disposeHandler: false);
    }
}

/// <summary>Reading of answers.</summary>
internal static class AnswerExtensions
{
    public static string Text(this OperationAnswer answer) => Encoding.UTF8.GetString(answer.Body.Span);

    public static JsonNode Json(this OperationAnswer answer) => JsonNode.Parse(answer.Body.Span)!;

    /// <summary>A problem document of this type.</summary>
    public static JsonNode MustBeProblem(this OperationAnswer answer, int status, string name)
    {
        Assert.Equal((status, "application/problem+json"), (answer.Status, answer.ContentType));
        var json = answer.Json();
        Assert.Equal("urn:lark-service:" + name, (string?)json["type"]);
        return json;
    }

    public static JsonElement Element(this string json) => JsonElement.Parse(json);
}
