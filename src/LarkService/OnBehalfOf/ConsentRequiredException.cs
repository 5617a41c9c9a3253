using LarkService.Platform;

namespace LarkService.OnBehalfOf;

/// <summary>The call cannot be made before the user agrees; nothing was sent, or the platform refused it for this reason.</summary>
internal sealed class ConsentRequiredException(UserKey user, ConsentGap gap)
    : Exception($"The call needs the user's consent ({gap.Reason}: {gap.MissingScopes}).")
{
    public UserKey User => user;

    public ConsentGap Gap => gap;
}

/// <summary>Why consent is needed and for what.</summary>
internal sealed record ConsentGap(ConsentReason Reason, ScopeSet MissingScopes);
