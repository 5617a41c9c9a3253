namespace LarkService.UnitTests.Architecture;

/// <summary>Which folder of <c>src/LarkService</c> may use which: the same table as in <c>docs/architecture.md</c>.</summary>
internal static class FolderTable
{
    /// <summary>Every feature, from the ground floor up; a folder may always use itself.</summary>
    public static IReadOnlyDictionary<string, string[]> MayUse { get; } = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["Platform"] = [],
        ["Data"] = ["Platform"],
        ["Monitoring"] = ["Platform"],
        ["Realtime"] = ["Platform"],
        ["LongConnection"] = ["Platform", "Realtime"],
        ["Events"] = ["LongConnection", "Data", "Platform"],
        ["Messaging"] = ["Platform"],
        ["Webhooks"] = ["Data", "Platform"], // see docs/adr/0008
        ["Grants"] = ["Data", "Platform"],
        ["Authorization"] = ["Grants", "Messaging", "Events", "Realtime", "Data", "Platform"],
        ["OnBehalfOf"] = ["Grants", "Realtime", "Data", "Platform"],
        ["Apaas"] = ["OnBehalfOf", "Events", "Messaging", "Data", "Platform"], // Data: see docs/adr/0005
        ["Media"] = ["OnBehalfOf", "Messaging", "Realtime", "Data", "Platform"],
        ["Accounts"] = ["Data", "Platform"],
        ["Console"] =
        [
            "Platform", "Data", "Monitoring", "Realtime", "LongConnection", "Events", "Messaging", "Webhooks", "Grants", "Authorization",
            "OnBehalfOf", "Apaas", "Media", "Accounts",
        ],
        ["Hosting"] =
        [
            "Platform", "Data", "Monitoring", "Realtime", "LongConnection", "Events", "Messaging", "Webhooks", "Grants", "Authorization",
            "OnBehalfOf", "Apaas", "Media", "Accounts", "Console",
        ],
    };

    /// <summary>Files beside the folders (<c>Program.cs</c>) compose and may use everything; namespaces outside the table (migrations) are nobody's.</summary>
    public static bool Allows(string from, string to) =>
        from.Length == 0 || from == to || !MayUse.ContainsKey(to) || (MayUse.TryGetValue(from, out var allowed) && allowed.Contains(to));

    public static string Fault(string where, string from, string to) =>
        $"{where} uses {to}: not allowed ({from} may use {(MayUse.GetValueOrDefault(from) is { Length: > 0 } all ? string.Join(", ", all) : "no other folder")})";
}
