using System.Text.RegularExpressions;
using LarkService.Platform;

namespace LarkService.Accounts.SignIn;

/// <summary>What people sign in with.</summary>
/// <param name="Email">Upper and lower case are the same.</param>
/// <param name="Password">Shown nowhere.</param>
/// <param name="Permissions">Of a new account; only who may manage accounts gives any.</param>
internal sealed partial record Credentials(string? Email, Secret? Password, IReadOnlyList<string>? Permissions = null)
{
    public const int LongestEmail = 254;
    public const int ShortestPassword = 12;
    public const int LongestPassword = 128;
    private const string WhichPassword = "12 to 128 characters, and not the e-mail address";

    /// <summary>The one way to write an address.</summary>
    public string Name => (Email ?? "").Trim().ToLowerInvariant();

    /// <returns>Null when somebody may sign in with it, as far as its form goes.</returns>
    public string? Fault() =>
        !Address().IsMatch(Name) || Name.Length > LongestEmail ? "email is missing or no e-mail address: write it like ada@example.com."
        : Password is null || Password.Reveal() is not { Length: > 0 and <= LongestPassword } ? $"password is missing or longer than {LongestPassword} characters."
        : null;

    /// <returns>Null when an account may be made with it.</returns>
    public string? FaultOfNew() => Fault() ?? FaultIn(Password, Name) ?? (Permissions is null ? null : PermissionList.Fault(Permissions));

    /// <param name="password">A new one.</param>
    /// <param name="email">Whose.</param>
    public static string? FaultIn(Secret? password, string email) => password?.Reveal() is not { Length: >= ShortestPassword and <= LongestPassword } text
        ? $"password must have {WhichPassword}."
        : string.Equals(text.Trim(), email, StringComparison.OrdinalIgnoreCase) || text.Distinct().Count() < 4
            ? $"password must have {WhichPassword}, and more than a few different ones."
            : null;

    // Letters that look alike make two accounts that look the same; addresses in other scripts are written in punycode.
    [GeneratedRegex(@"^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Address();
}
