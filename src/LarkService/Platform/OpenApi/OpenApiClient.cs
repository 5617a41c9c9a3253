using System.Net.Http.Headers;
using System.Text.Json;

namespace LarkService.Platform.OpenApi;

/// <summary>Calls open APIs as the app itself, with its tenant token.</summary>
internal sealed class OpenApiClient(IHttpClientFactory http, TenantTokens tokens)
{
    /// <summary>Name of the <see cref="HttpClient"/> that talks to the platform without anybody's token.</summary>
    public const string HttpClientName = "lark";

    /// <param name="app">The app that calls.</param>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Path and query, from <c>/open-apis/</c> on.</param>
    /// <param name="body">Sent as JSON in the platform's spelling; null for none.</param>
    /// <param name="repeatable">The platform de-duplicates this call, so a broken connection may repeat it.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The <c>data</c> of the answer.</returns>
    /// <exception cref="PlatformException">The platform refused.</exception>
    /// <exception cref="HttpRequestException">The platform could not be reached.</exception>
    public async Task<JsonElement> SendAsync(LarkApp app, HttpMethod method, string path, object? body, bool repeatable, CancellationToken ct) =>
        (await AnswerAsync(app, method, path, body, repeatable, ct)).Data;

    /// <returns>The whole answer, for callers to whom its log id matters.</returns>
    /// <inheritdoc cref="SendAsync"/>
    public async Task<PlatformAnswer> AnswerAsync(LarkApp app, HttpMethod method, string path, object? body, bool repeatable, CancellationToken ct, bool takesLong = false)
    {
        var token = await tokens.GetAsync(app.AppId, ct);
        var answer = await SendOnceAsync(app, method, path, body, repeatable, takesLong, token, ct);
        if (answer.Error is { } error && PlatformCodes.IsTenantTokenRefused(error.Code))
        {
            tokens.Refused(app.AppId, token);
            answer = await SendOnceAsync(app, method, path, body, repeatable, takesLong, await tokens.GetAsync(app.AppId, ct), ct);
        }

        return answer.ThrowIfRefused();
    }

    private async Task<PlatformAnswer> SendOnceAsync(LarkApp app, HttpMethod method, string path, object? body, bool repeatable, bool takesLong, Secret token, CancellationToken ct)
    {
        using var client = http.CreateClient(HttpClientName);
        using var request = new HttpRequestMessage(method, new Uri(app.OpenBase, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Reveal());
        request.Content = body is null ? null : JsonContent.Create(body, options: WireJson.Options);
        if (repeatable)
        {
            request.MarkSafeToRepeat();
        }

        if (takesLong)
        {
            request.MarkLong();
        }

        using var response = await client.SendAsync(request, ct);
        return await PlatformAnswer.ReadAsync(response, ct);
    }
}
