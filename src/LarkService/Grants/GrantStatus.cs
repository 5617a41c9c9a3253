using System.Text.Json;

namespace LarkService.Grants;

/// <summary>Whether a grant can be used.</summary>
internal enum GrantStatus
{
    /// <summary>In use.</summary>
    Active,

    /// <summary>Run out; only the user can renew it.</summary>
    ReauthorizationRequired,

    /// <summary>Taken back; the row stays, without tokens.</summary>
    Revoked,
}

/// <summary>The words for <see cref="GrantStatus"/> in the database and in the API.</summary>
internal static class GrantStatusWords
{
    private static readonly Dictionary<GrantStatus, string> Words = Enum.GetValues<GrantStatus>()
        .ToDictionary(s => s, s => JsonNamingPolicy.SnakeCaseLower.ConvertName(s.ToString()));

    public static string Word(this GrantStatus status) => Words[status];

    public static GrantStatus? Find(string word) => Words.Where(w => w.Value == word).Select(w => (GrantStatus?)w.Key).FirstOrDefault();
}
