namespace LarkSandbox.Load;

/// <param name="Events">Different events pushed.</param>
/// <param name="Seconds">From the first push to the end of the last.</param>
/// <param name="PerSecond">Acknowledged events in a second.</param>
/// <param name="Acks">From each push to its ack, of those that were acknowledged.</param>
/// <param name="Failed">Events never acknowledged, not even by the last push of the ladder.</param>
/// <param name="Redelivered">Pushes after a failed one, by the ladder.</param>
/// <param name="Duplicates">Events pushed twice on purpose.</param>
internal sealed record EventLoadResult(int Events, double Seconds, double PerSecond, LatencySummary Acks, int Failed, int Redelivered, int Duplicates);
