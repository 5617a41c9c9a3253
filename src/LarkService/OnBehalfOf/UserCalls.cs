using LarkService.Platform;
using LarkService.Platform.OpenApi;
using LarkService.Platform.Registry;

namespace LarkService.OnBehalfOf;

/// <inheritdoc cref="IUserCalls"/>
internal sealed class UserCalls(IHttpClientFactory http, LarkApps apps, ApiRegistry apis, CallMetrics metrics, TimeProvider clock) : IUserCalls
{
    /// <summary>Name of the <see cref="HttpClient"/> that puts users' tokens in.</summary>
    public const string HttpClientName = "lark-on-behalf";

    public async Task<PlatformAnswer> SendAsync(
        UserKey user, ScopeSet scopes, HttpMethod method, string path, object? body, bool repeatable, CancellationToken ct, string? prefer = null, bool takesLong = false)
    {
        using var client = http.CreateClient(HttpClientName);
        var started = clock.GetTimestamp();
        var outcome = CallOutcomes.Unreachable;
        try
        {
            var answer = await SendOnceAsync(client, Make(), ct);
            if (answer.Error is { IsShortLimit: true } limit)
            {
                await Task.Delay(limit.RetryAfter!.Value, clock, ct);
                answer = await SendOnceAsync(client, Make(), ct);
            }

            outcome = answer.Error is null ? CallOutcomes.Ok : CallOutcomes.Of(answer.Error);
            return answer.ThrowIfRefused();
        }
        catch (ConsentRequiredException)
        {
            outcome = CallOutcomes.ConsentRequired;
            throw;
        }
        finally
        {
            metrics.Called(apis.Find(method.Method, path), outcome, clock.GetElapsedTime(started));
        }

        HttpRequestMessage Make()
        {
            var request = new HttpRequestMessage(method, new Uri(apps.Get(user.AppId).OpenBase, path)) { Content = body is null ? null : JsonContent.Create(body, options: WireJson.Options) };
            if (prefer is not null)
            {
                request.Headers.Add("Prefer", prefer);
            }

            UserTokenHandler.For(request, user, scopes);
            if (repeatable)
            {
                request.MarkSafeToRepeat();
            }

            return takesLong ? request.MarkLong() : request;
        }
    }

    private static async Task<PlatformAnswer> SendOnceAsync(HttpClient client, HttpRequestMessage request, CancellationToken ct)
    {
        using (request)
        {
            using var response = await client.SendAsync(request, ct);
            return await PlatformAnswer.ReadAsync(response, ct);
        }
    }
}
