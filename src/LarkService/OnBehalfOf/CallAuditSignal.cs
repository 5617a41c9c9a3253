using LarkService.Data;

namespace LarkService.OnBehalfOf;

/// <summary>There are many kinds of calls to write.</summary>
internal sealed class CallAuditSignal : WakeSignal;
