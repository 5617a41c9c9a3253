using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.OnBehalfOf;

/// <summary>The call cannot be made before the user agrees; nothing was sent, or the platform refused it for this reason.</summary>
internal sealed class ConsentRequiredException(UserKey user, ConsentGap gap)
    : Exception($"The call needs the user's consent ({gap.Reason}: {gap.MissingScopes}).")
{
    public UserKey User => user;

    public ConsentGap Gap => gap;
}

/// <summary>Why consent is needed and for what.</summary>
internal sealed record ConsentGap(ConsentReason Reason, ScopeSet MissingScopes)
{
    /// <summary>The platform misses a scope, and nobody can tell which: there is nothing to ask the user for.</summary>
    public bool IsNameless => Reason == ConsentReason.ScopesMissing && MissingScopes.Count == 0;

    /// <summary>
    /// The platform misses a scope (99991679). Those it names are alternatives, so one of them is asked for: the one the call declared, else the least.
    /// Where it names none, all that was declared is, else what the documentation says.
    /// </summary>
    public static ConsentGap Told(PlatformError error, ScopeSet declared, ScopeSet documented) => new(
        ConsentReason.ScopesMissing,
        (error.Scopes.FirstOrDefault(declared.Contains) ?? LeastScope.Of(error.Scopes)) is { } one ? ScopeSet.Of(one) : declared.Count > 0 ? declared : documented);
}
