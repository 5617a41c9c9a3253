namespace LarkService.Grants;

/// <summary>Who took a grant back; stored in follow-ups and in the audit log, so the words must stay.</summary>
internal static class RevokedBy
{
    public const string User = "user";
    public const string Api = "api";

    /// <summary>The platform says so.</summary>
    public const string Platform = "platform";

    /// <summary>The user has left the company; nobody is told.</summary>
    public const string Leaver = "leaver";

    /// <summary>The platform has done it already, and need not be told.</summary>
    public static bool IsKnownUpstream(string by) => by is Platform or Leaver;
}
