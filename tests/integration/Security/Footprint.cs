using System.Globalization;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Security;

/// <summary>What an attack could leave behind: rows of every table, and every field of a session that an answer could change.</summary>
internal static class Footprint
{
    private const string Sessions = "SELECT session_id, state, error_code, wrong_person_count, opened_at, completed_at, state_hash, pkce_verifier, device_code, link FROM authorization_sessions ORDER BY session_id";
    private static readonly string[] Tables = ["user_grants", "parked_calls", "inbox_events", "ai_turns", "audit_log"];

    public static async Task<string> OfAsync(TestDatabase database)
    {
        List<string> lines = [];
        foreach (var table in Tables)
        {
            var count = await database.CountAsync(table);
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{table}: {count}"));
        }

        foreach (var session in await database.RowsAsync(Sessions))
        {
            lines.Add(string.Join(" | ", session));
        }

        return string.Join('\n', lines);
    }
}
