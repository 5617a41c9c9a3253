using System.Globalization;

namespace LarkService.Data;

/// <summary>
/// The time as SQL. Machines' clocks differ and jump, so what several replicas must agree on, as the end of a lease, goes by
/// the clock of the database they share. SQLite has one process, and that has a clock.
/// </summary>
internal sealed class DatabaseClock(Database database, TimeProvider clock)
{
    /// <summary>An expression for the present, or a time ahead of it, in whole milliseconds; fit to be stored and compared.</summary>
    public string Now(TimeSpan ahead = default)
    {
        var milliseconds = (long)ahead.TotalMilliseconds;
        return database.IsSingleProcess
            ? (clock.GetUtcNow().ToUnixTimeMilliseconds() + milliseconds).ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"(clock_timestamp() + interval '{milliseconds} milliseconds')");
    }
}
