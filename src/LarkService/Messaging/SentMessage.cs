namespace LarkService.Messaging;

/// <summary>A message the platform took.</summary>
/// <param name="MessageId">
/// <c>om_…</c>; empty when the platform answered a repeated <c>uuid</c> without naming the message it sent the first time (what it
/// answers then is not documented).
/// </param>
/// <param name="ChatId"><c>oc_…</c>; empty when the answer held none.</param>
internal sealed record SentMessage(string MessageId, string ChatId);
