using System.Text.RegularExpressions;

namespace LarkService.Apaas;

/// <summary>
/// What things of aPaaS are called, before anything is done with a name. Names become part of paths, filters and lists, so none may
/// hold a character that means something there.
/// </summary>
internal static partial class ApaasNames
{
    private const int MostShown = 40;

    public static string? FaultInWorkspace(string id) => WorkspaceShape().IsMatch(id)
        ? null
        : $"{Quoted(id)} is no workspace id: one looks like workspace_aadimx5uzpsls, as in the address of the data platform.";

    public static string? FaultInTable(string name) => NameShape().IsMatch(name)
        ? null
        : $"{Quoted(name)} is no table name: it has letters, digits and underscores, begins with no digit, and is at most 63 long.";

    /// <param name="name">As the caller gave it.</param>
    /// <param name="field">Where it was given.</param>
    public static string? FaultInColumn(string? name, string field) => NameShape().IsMatch(name ?? "")
        ? null
        : $"{field}: {Quoted(name)} is no column name: it has letters, digits and underscores, begins with no digit, and is at most 63 long.";

    public static string? FaultInNamespace(string name) => KeyShape().IsMatch(name)
        ? null
        : $"{Quoted(name)} is no namespace: one looks like package_a1b2c3__c, as in the address of the aPaaS app.";

    public static string? FaultInFunction(string name) => KeyShape().IsMatch(name)
        ? null
        : $"{Quoted(name)} is no function: give its API name, of letters, digits and underscores.";

    public static string? FaultInFlow(string id) => KeyShape().IsMatch(id)
        ? null
        : $"{Quoted(id)} is no flow: give its API name, of letters, digits and underscores.";

    /// <summary>Names for a sentence.</summary>
    /// <param name="names">All there are.</param>
    /// <param name="most">More than these are only counted.</param>
    public static string Listed(IReadOnlyCollection<string> names, int most) =>
        names.Count == 0 ? "none" : string.Join(", ", names.Take(most)) + (names.Count > most ? $" and {names.Count - most} more" : "");

    public static string Quoted(string? text) => text is { Length: > MostShown } ? $"'{text[..MostShown]}…'" : $"'{text}'";

    [GeneratedRegex(@"^workspace_[0-9A-Za-z_]{1,80}\z")]
    private static partial Regex WorkspaceShape();

    [GeneratedRegex(@"^[\p{L}_][\p{L}\p{Nd}_]{0,62}\z")]
    private static partial Regex NameShape();

    [GeneratedRegex(@"^[0-9A-Za-z_]{1,100}\z")]
    private static partial Regex KeyShape();
}
