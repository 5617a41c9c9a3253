namespace LarkSandbox.Apaas.Applications;

/// <summary>A function or a flow that ran, with what it was given.</summary>
/// <param name="Name">Of the function, or the flow's id.</param>
/// <param name="Params">JSON, as it came.</param>
/// <param name="Operator">Whom a flow ran for: their open_id; null for functions.</param>
/// <param name="At">When it ran.</param>
internal sealed record ApplicationCall(string Name, string Params, string? Operator, DateTimeOffset At);
