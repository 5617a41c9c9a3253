using System.Text.Json;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.LongConnection;

/// <summary>
/// Asks the platform where to connect: <c>POST /callback/ws/endpoint</c>. Every attempt asks anew, because the ticket in the
/// address works once; none is repeated here, the supervisor decides about that.
/// </summary>
internal sealed class ConnectionEndpoint(IHttpClientFactory http, LongConnectionMetrics metrics, TimeProvider clock)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);
    private const int MaxAnswerBytes = 64 * 1024;

    public async Task<EndpointOutcome> AskAsync(LarkApp app, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        try
        {
            return await SendAsync(app, either.Token).WaitAsync(either.Token); // also when something below does not heed its token
        }
        catch (HttpRequestException e)
        {
            return new EndpointOutcome.Refused(NetworkFaults.Of(app.OpenBase, e));
        }
        catch (Exception e) when (e is IOException or InvalidDataException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return EndpointRefusals.Unreachable(app, e is OperationCanceledException ? "did not answer in time" : "broke off its answer");
        }
    }

    private async Task<EndpointOutcome> SendAsync(LarkApp app, CancellationToken ct)
    {
        using var client = http.CreateClient(OpenApiClient.HttpClientName);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(app.OpenBase, "/callback/ws/endpoint"))
        {
            Content = JsonContent.Create(new EndpointRequest(app.AppId, app.AppSecret.Reveal()), options: JsonSerializerOptions.Default),
        };
        request.Headers.Add("locale", "zh");
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        await response.Content.LoadIntoBufferAsync(MaxAnswerBytes, ct);
        return Read(app, (int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(ct));
    }

    private EndpointOutcome Read(LarkApp app, int status, byte[] bytes)
    {
        if (Parse(bytes) is not { Code: { } code } answer)
        {
            return EndpointRefusals.Unusable(status);
        }

        if (code != PlatformCodes.Ok || status != StatusCodes.Status200OK)
        {
            return EndpointRefusals.Of(app, code, status);
        }

        var (config, ignored) = new ClientConfig().Updated(answer.Data?.ClientConfig ?? default);
        metrics.ConfigIgnored(app.AppId, ignored);
        return ConnectionAddress.Read(answer.Data?.Url, config) is { } address ? new EndpointOutcome.Granted(address) : EndpointRefusals.NoAddress();
    }

    private static EndpointAnswer? Parse(byte[] bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<EndpointAnswer>(bytes, EndpointJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
