using System.Text.Json;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.Messaging;

/// <summary>
/// Cards with an id of their own (CardKit), whose text can grow before people's eyes. The app needs <c>cardkit:card:write</c>. An
/// entity lives 14 days and is sent once; ten changes of it a second. Every change carries a number higher than the one before, so a
/// change that is repeated is refused with <see cref="SequenceTooLow"/> when it had arrived.
/// </summary>
internal sealed class CardEntities(OpenApiClient api, LarkApps apps)
{
    /// <summary>The number was not higher than that of an earlier change.</summary>
    public const int SequenceTooLow = 300317;

    /// <summary>So long the platform lets a text grow.</summary>
    public static readonly TimeSpan StreamingLife = TimeSpan.FromMinutes(10);

    private const string Cards = "/open-apis/cardkit/v1/cards";

    /// <returns>The new entity's id.</returns>
    public async Task<string> CreateAsync(string appId, Card card, CancellationToken ct)
    {
        var data = await api.SendAsync(apps.Get(appId), HttpMethod.Post, Cards, new { type = "card_json", data = card.ToJsonString() }, repeatable: true, ct);
        return data.ValueKind == JsonValueKind.Object && data.TryGetProperty("card_id", out var id) && id.GetString() is { Length: > 0 } text
            ? text
            : throw new PlatformException(new PlatformError(0, "The answer names no card_id.", null, StatusCodes.Status502BadGateway));
    }

    /// <summary>The whole text of one element: what is new at its end is written letter by letter. Only while the card streams.</summary>
    /// <param name="appId">Whose card it is.</param>
    /// <param name="cardId">Which.</param>
    /// <param name="elementId">Which of its elements: markdown or plain text.</param>
    /// <param name="text">1 to 100,000 characters; the card may have 30 KB with it.</param>
    /// <param name="sequence">Higher than at any change before.</param>
    /// <param name="ct">Ends the wait.</param>
    public Task SetTextAsync(string appId, string cardId, string elementId, string text, int sequence, CancellationToken ct) =>
        ChangeAsync(appId, $"{Cards}/{Uri.EscapeDataString(cardId)}/elements/{Uri.EscapeDataString(elementId)}/content", new { content = text, sequence }, ct);

    /// <summary>Another card in its place; one that does not stream ends the growing.</summary>
    public Task ReplaceAsync(string appId, string cardId, Card card, int sequence, CancellationToken ct) =>
        ChangeAsync(appId, $"{Cards}/{Uri.EscapeDataString(cardId)}", new { card = new { type = "card_json", data = card.ToJsonString() }, sequence }, ct);

    private Task ChangeAsync(string appId, string path, object body, CancellationToken ct) =>
        api.SendAsync(apps.Get(appId), HttpMethod.Put, path, body, repeatable: true, ct);
}
