using System.Security.Claims;
using LarkService.Accounts.Limits;
using LarkService.Platform.Http;

namespace LarkService.Accounts;

/// <summary>Somebody who may call the API. Never changes, so that many requests can share one.</summary>
internal sealed class Caller : ClaimsPrincipal
{
    public const string PermissionClaim = Callers.PermissionClaim;
    public const string KeyPrefix = "key:";
    public const string AccountPrefix = "account:";
    private const string Kind = "LarkService";
    private readonly string[] _permissions;

    private Caller(string id, IReadOnlyCollection<string> permissions, LimitKey? counted, int perMinute)
        : base(new ClaimsIdentity([new Claim(ClaimTypes.Name, id), .. permissions.Select(p => new Claim(PermissionClaim, p))], Kind)) =>
        (Counted, PerMinute, _permissions) = (counted, perMinute, [.. permissions]);

    /// <summary>The key of the configuration: everything, and as often as it likes.</summary>
    public static Caller Bootstrap { get; } = new("bootstrap", Permissions.All, null, 0);

    /// <summary>Under what its requests are counted; null: they are not.</summary>
    public LimitKey? Counted { get; }

    /// <summary>Which account it is; null: none.</summary>
    public Guid? AccountId { get; private init; }

    public bool Has(string permission) => _permissions.Contains(permission);

    /// <summary>Requests in any minute.</summary>
    public int PerMinute { get; }

    public static Caller Key(Guid id, IReadOnlyCollection<string> permissions, int perMinute) => new($"{KeyPrefix}{id}", permissions, LimitKey.Of(LimitKind.Key, id), perMinute);

    public static Caller Account(Guid id, IReadOnlyCollection<string> permissions, int perMinute) => new($"{AccountPrefix}{id}", permissions, LimitKey.Of(LimitKind.Account, id), perMinute) { AccountId = id };
}
