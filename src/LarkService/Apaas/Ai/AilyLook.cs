namespace LarkService.Apaas.Ai;

/// <summary>What a look at a run showed.</summary>
/// <param name="Run">As it is; null when patience ended before the run did.</param>
/// <param name="Messages">What it has written by now, oldest first.</param>
internal sealed record AilyLook(AilyRun? Run, IReadOnlyList<AilyMessage> Messages)
{
    /// <summary>Nothing more is to come.</summary>
    public bool IsLast => Run is null or { IsActive: false } or { Status: AilyRunStatus.RequiresMessage };
}
