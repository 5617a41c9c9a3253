using LarkService.Data;

namespace LarkService.OnBehalfOf;

/// <summary>There is work on somebody's behalf.</summary>
internal sealed class ParkedCallSignal : WakeSignal;
