using LarkService.Platform;

namespace LarkService.Accounts.SignIn;

/// <summary>What somebody who signed in goes on with.</summary>
/// <param name="AccessToken">Sent as <c>Authorization: Bearer …</c>.</param>
/// <param name="ExpiresIn">Seconds.</param>
/// <param name="RefreshToken">Buys the next pair, once.</param>
internal sealed record TokenPair(string AccessToken, int ExpiresIn, string RefreshToken);

/// <summary>For the next pair of tokens.</summary>
/// <param name="RefreshToken">The newest one.</param>
internal sealed record RefreshRequest(Secret? RefreshToken);

/// <summary>What to change of an account; null stays as it is.</summary>
/// <param name="Permissions">All it has from now on.</param>
/// <param name="Disabled">True: it cannot sign in.</param>
/// <param name="Password">A new one, for somebody who has lost theirs.</param>
internal sealed record AccountChange(IReadOnlyList<string>? Permissions = null, bool? Disabled = null, Secret? Password = null)
{
    /// <returns>Null when it can be made.</returns>
    public string? Fault(string email) =>
        Permissions is null && Disabled is null && Password is null ? "Name what to change: permissions, disabled or password."
        : Permissions is not null && PermissionList.Fault(Permissions) is { } fault ? fault
        : Password is null ? null : Credentials.FaultIn(Password, email);

    /// <summary>For the audit log.</summary>
    public string Words() => string.Join("; ", ((string?[])
        [
            Permissions is null ? null : $"permissions: {(Permissions.Count == 0 ? "none" : PermissionList.Write(Permissions))}",
            Disabled switch { true => "disabled", false => "enabled", null => null },
            Password is null ? null : "new password",
        ]).OfType<string>());
}

/// <summary>An account, without its password.</summary>
/// <param name="Id">What it is asked for by.</param>
/// <param name="Email">What its owner signs in with.</param>
/// <param name="Permissions">What it may do.</param>
/// <param name="Disabled">True: it cannot sign in.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="CreatedBy">By which caller; <c>self</c> for who registered by themselves.</param>
/// <param name="LastSignedInAt">Null: never.</param>
internal sealed record AccountView(Guid Id, string Email, IReadOnlyList<string> Permissions, bool Disabled, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? LastSignedInAt)
{
    public static AccountView Of(Account account) => new(
        account.Id, account.Email, PermissionList.Read(account.Permissions), account.DisabledAt is not null, account.CreatedAt, account.CreatedBy, account.LastSignedInAt);
}
