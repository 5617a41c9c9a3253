using System.Globalization;
using System.Text;

namespace LarkService.Webhooks;

/// <summary>Posts a notice. Only a 2xx counts; redirects are not followed, and what is answered is not read.</summary>
internal sealed class WebhookClient(IHttpClientFactory clients, TimeProvider clock)
{
    public const string HttpClientName = "webhooks";
    public const string SignatureHeader = "X-Lark-Service-Signature";
    public const string EventHeader = "X-Lark-Service-Event";
    public const string DeliveryHeader = "X-Lark-Service-Delivery";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <returns>Null when it has arrived; else why not, in few words.</returns>
    /// <exception cref="OperationCanceledException">The host stops.</exception>
    public async Task<string?> PostAsync(WebhookTarget target, WebhookDelivery delivery, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        try
        {
            using var request = Request(target, delivery);
            using var http = clients.CreateClient(HttpClientName);
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return answer.IsSuccessStatusCode ? null : string.Create(CultureInfo.InvariantCulture, $"HTTP {(int)answer.StatusCode}");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return string.Create(CultureInfo.InvariantCulture, $"no answer within {Limit.TotalSeconds:0} s");
        }
        catch (HttpRequestException e)
        {
            return e.HttpRequestError.ToString();
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            return e.GetType().Name; // whatever it is, it counts as a try
        }
    }

    private HttpRequestMessage Request(WebhookTarget target, WebhookDelivery delivery) => new(HttpMethod.Post, target.Url)
    {
        Content = new StringContent(delivery.Body, Encoding.UTF8, "application/json"),
        Headers =
        {
            { SignatureHeader, WebhookSignature.Of(target.Secret, clock.GetUtcNow(), delivery.Body) },
            { EventHeader, delivery.Type },
            { DeliveryHeader, delivery.Id },
        },
    };
}
