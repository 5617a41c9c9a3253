namespace LarkService.Data.Outbox;

/// <summary>There are new follow-ups.</summary>
internal sealed class OutboxSignal : WakeSignal;
