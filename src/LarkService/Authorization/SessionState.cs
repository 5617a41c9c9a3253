namespace LarkService.Authorization;

/// <summary>Where an attempt to get consent stands. All but <see cref="Pending"/> are final.</summary>
internal enum SessionState
{
    Pending,
    Authorized,
    Declined,
    Expired,
    Failed,

    /// <summary>A wider request took its place, and its card.</summary>
    Superseded,
}

/// <summary>How the consent comes back to us.</summary>
internal enum SessionFlow
{
    /// <summary>The browser brings a code to <c>/oauth/callback</c>; needs an address the user's browser reaches.</summary>
    Redirect,

    /// <summary>We ask the platform until the user has confirmed; needs no address at all.</summary>
    Device,
}

/// <summary>Who wanted the consent.</summary>
internal enum SessionOrigin
{
    /// <summary><c>POST /api/v1/authorizations</c>.</summary>
    Rest,

    /// <summary>A call made for the user.</summary>
    Call,

    /// <summary>The user, in chat.</summary>
    Chat,

    /// <summary>A grant that the platform will not renew.</summary>
    Renewal,
}

/// <summary>What follows from who wanted it.</summary>
internal static class SessionOrigins
{
    /// <summary>Nobody asked for a card expressly: such cards come once within the cooldown.</summary>
    public static bool IsAutomatic(this SessionOrigin origin) => origin is SessionOrigin.Call or SessionOrigin.Renewal;
}
