using LarkSandbox.Wire;

namespace LarkSandbox.Faults;

/// <summary>Throws the dice for every frame, and tells the wire when one was lost.</summary>
internal sealed class FrameFaults(FaultBoard board, WireLog wire, TimeProvider clock)
{
    public bool LosesPush() => Hits(board.Frames.PushLoss);

    public bool LosesAck() => Hits(board.Frames.AckLoss);

    public bool LosesPong() => Hits(board.Frames.PongLoss);

    /// <summary>How many copies of an event are pushed.</summary>
    public int Copies() => board.TakeDuplicateEvent() || Hits(board.Frames.Duplicates) ? 2 : 1;

    /// <summary>Keeps a push for a random time, so that a later one may overtake it.</summary>
    public Task HoldBackAsync(CancellationToken ct) =>
        board.Frames.ReorderWithin is { Ticks: > 0 } window ? Task.Delay(window * Random.Shared.NextDouble(), clock, ct) : Task.CompletedTask;

    public void TellLost(string connection, string direction, string what, string explain) => wire.Add(() => new WireEntry
    {
        Channel = "ws",
        Direction = direction,
        Kind = "fault",
        Title = $"lost: {what}",
        Connection = connection,
        Explain = explain,
    });

    private static bool Hits(double percent) => percent > 0 && Random.Shared.NextDouble() * 100 < percent;
}
