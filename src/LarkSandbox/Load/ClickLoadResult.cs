namespace LarkSandbox.Load;

/// <param name="Clicks">Clicks made.</param>
/// <param name="Cards">Cards they were spread over.</param>
/// <param name="Seconds">From the first click to the end of the last.</param>
/// <param name="PerSecond">Clicks in a second.</param>
/// <param name="Answers">From the time a click was due, not from when it went out, to its answer: a slow answer cannot hide the ones behind it.</param>
/// <param name="Failed">Clicks whose person saw an error.</param>
/// <param name="Errors">Which errors they saw, and how often.</param>
internal sealed record ClickLoadResult(int Clicks, int Cards, double Seconds, double PerSecond, LatencySummary Answers, int Failed, IReadOnlyDictionary<int, int> Errors);
