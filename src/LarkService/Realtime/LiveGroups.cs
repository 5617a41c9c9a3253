namespace LarkService.Realtime;

/// <summary>Names of those an event may concern.</summary>
internal static class LiveGroups
{
    public const string Everybody = "everybody";

    /// <param name="callerId">As logs name the caller.</param>
    public static string OfCaller(string callerId) => $"caller {callerId}";

    /// <summary>All callers who have it.</summary>
    /// <param name="permission">See <see cref="Platform.Http.Permissions"/>.</param>
    public static string OfPermission(string permission) => $"permission {permission}";
}
