using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using LarkService.Messaging;
using LarkService.Platform;
using LarkService.Platform.OpenApi;
using Microsoft.Extensions.Options;

namespace LarkService.UnitTests.Messaging;

/// <summary>The open platform as a script: it hands out a tenant token and answers everything else with <see cref="Answer"/>.</summary>
internal sealed class RecordedPlatform : HttpMessageHandler, IHttpClientFactory
{
    public const string AppId = "cli_1";

    private readonly LarkApps _apps = new(Options.Create(new LarkOptions
    {
        OpenBaseUrl = "http://127.0.0.1:9",
        Apps = [new LarkAppOptions { AppId = AppId, AppSecret = new Secret("s") }],
    }));

    public Func<Call, (int Status, string Body)> Answer { get; set; } =
        _ => (200, """{"code":0,"msg":"success","data":{"message_id":"om_1","chat_id":"oc_1"}}""");

    public List<Call> Calls { get; } = [];

    public LarkApps Apps => _apps;

    public MessageClient Messages() => new(Client(), _apps);

    public CardEntities Entities() => new(Client(), _apps);

    private OpenApiClient Client() => new(this, new TenantTokens(this, _apps, TimeProvider.System));

    public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.PathAndQuery;
        if (path.Contains("tenant_access_token", StringComparison.Ordinal))
        {
            return Response(200, """{"code":0,"tenant_access_token":"t-1","expire":7200}""");
        }

        var body = request.Content is null ? null : JsonNode.Parse(await request.Content.ReadAsStringAsync(cancellationToken))!.AsObject();
        var call = new Call(request.Method, path, body, request.Headers.Authorization?.ToString());
        Calls.Add(call);
        var (status, text) = Answer(call);
        return Response(status, text);
    }

    private static HttpResponseMessage Response(int status, string body) =>
        new((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    internal sealed record Call(HttpMethod Method, string Path, JsonObject? Body, string? Authorization);
}
