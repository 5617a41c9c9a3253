using LarkService.Data;

namespace LarkService.Webhooks;

/// <summary>There are new notices, or room to send more.</summary>
internal sealed class WebhookSignal : WakeSignal;
