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

    private readonly string[] _scopes; // sorted, each once

    private ScopeSet(IEnumerable<string> scopes) => _scopes = [.. new SortedSet<string>(scopes, StringComparer.Ordinal)];

    public static ScopeSet Empty { get; } = new([]);

    public int Count => _scopes.Length;

    public static ScopeSet Of(params IEnumerable<string> scopes) => new(scopes);

    /// <summary>Reads the platform's form: scopes separated by white space.</summary>
    public static ScopeSet Parse(string? text) =>
        string.IsNullOrWhiteSpace(text) ? Empty : new(text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    public bool Contains(string scope) => Array.BinarySearch(_scopes, scope, StringComparer.Ordinal) >= 0;

    /// <summary>Asked with every call: one walk over both, and nothing is allocated.</summary>
    public bool Covers(ScopeSet wanted)
    {
        var next = 0;
        foreach (var scope in wanted._scopes)
        {
            while (next < _scopes.Length && string.CompareOrdinal(_scopes[next], scope) < 0)
            {
                next++;
            }

            if (next == _scopes.Length || !string.Equals(_scopes[next], scope, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    public ScopeSet Union(ScopeSet other) => other.Count == 0 ? this : new(_scopes.Concat(other._scopes));

    public ScopeSet Except(ScopeSet other) => new(_scopes.Where(s => !other.Contains(s)));

    public bool Equals(ScopeSet? other) => other is not null && _scopes.AsSpan().SequenceEqual(other._scopes);

    public override bool Equals(object? obj) => Equals(obj as ScopeSet);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    public IEnumerator<string> GetEnumerator() => _scopes.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The platform's form: scopes separated by one blank.</summary>
    public override string ToString() => string.Join(' ', _scopes);
}
