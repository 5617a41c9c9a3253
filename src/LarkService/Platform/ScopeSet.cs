using System.Collections;

namespace LarkService.Platform;

/// <summary>
/// A set of scopes in a stable order. The platform separates scopes by blanks, compares them case-sensitively and trims what
/// it grants, so order and doubles never matter.
/// </summary>
internal sealed class ScopeSet : IReadOnlyCollection<string>, IEquatable<ScopeSet>
{
    /// <summary>The scope that brings a refresh token.</summary>
    public const string OfflineAccess = "offline_access";

    private readonly SortedSet<string> _scopes;

    private ScopeSet(IEnumerable<string> scopes) => _scopes = new(scopes, StringComparer.Ordinal);

    public static ScopeSet Empty { get; } = new([]);

    public int Count => _scopes.Count;

    public static ScopeSet Of(params IEnumerable<string> scopes) => new(scopes);

    /// <summary>Reads the platform's form: scopes separated by white space.</summary>
    public static ScopeSet Parse(string? text) =>
        string.IsNullOrWhiteSpace(text) ? Empty : new(text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    public bool Contains(string scope) => _scopes.Contains(scope);

    public bool Covers(ScopeSet wanted) => _scopes.IsSupersetOf(wanted._scopes);

    public ScopeSet Union(ScopeSet other) => other.Count == 0 ? this : new(_scopes.Concat(other._scopes));

    public ScopeSet Except(ScopeSet other) => new(_scopes.Where(s => !other._scopes.Contains(s)));

    public bool Equals(ScopeSet? other) => other is not null && _scopes.SetEquals(other._scopes);

    public override bool Equals(object? obj) => Equals(obj as ScopeSet);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    public IEnumerator<string> GetEnumerator() => _scopes.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The platform's form: scopes separated by one blank.</summary>
    public override string ToString() => string.Join(' ', _scopes);
}
