using LarkService.Platform;
using LarkService.Platform.OpenApi;
using LarkService.Platform.Registry;

namespace LarkService.OnBehalfOf;

/// <summary>Calls in a person's name that the platform works on for long, or answers bit by bit: sent once, and read as their answer comes.</summary>
internal sealed class LongCalls(IHttpClientFactory http, LarkApps apps, ApiRegistry apis, CallMetrics metrics, TimeProvider clock)
{
    /// <summary>From the sending to the last byte.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <param name="user">In whose name.</param>
    /// <param name="scopes">What the call needs; checked before anything is sent.</param>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">From <c>/open-apis/</c> on.</param>
    /// <param name="body">Sent as JSON in the platform's spelling.</param>
    /// <param name="read">Makes something of the answer, whose body is still on its way.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ConsentRequiredException">The user has to agree first.</exception>
    /// <exception cref="PlatformException">The platform refused for another reason.</exception>
    /// <exception cref="HttpRequestException">The platform could not be reached, or its answer was lost.</exception>
    public async Task<T> SendAsync<T>(
        UserKey user, ScopeSet scopes, HttpMethod method, string path, object body, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        var started = clock.GetTimestamp();
        var outcome = CallOutcomes.Unreachable;
        try
        {
            using var client = http.CreateClient(UserCalls.HttpClientName);
            using var request = new HttpRequestMessage(method, new Uri(apps.Get(user.AppId).OpenBase, path)) { Content = JsonContent.Create(body, options: WireJson.Options) };
            UserTokenHandler.For(request.MarkStreamed(), user, scopes);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var answer = await read(response, either.Token);
            outcome = CallOutcomes.Ok;
            return answer;
        }
        catch (ConsentRequiredException)
        {
            outcome = CallOutcomes.ConsentRequired;
            throw;
        }
        catch (PlatformException)
        {
            outcome = CallOutcomes.Refused;
            throw;
        }
        catch (IOException e)
        {
            throw new HttpRequestException(HttpRequestError.ResponseEnded, "The answer broke off.", e);
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new HttpRequestException(HttpRequestError.Unknown, $"No end of the answer within {Limit}.", e);
        }
        finally
        {
            metrics.Called(apis.Find(method.Method, path), outcome, clock.GetElapsedTime(started));
        }
    }
}
