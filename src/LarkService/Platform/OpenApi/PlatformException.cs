namespace LarkService.Platform.OpenApi;

/// <summary>The platform answered, and the answer is a refusal the caller has no case for.</summary>
internal sealed class PlatformException(PlatformError error) : Exception($"The platform refused the call: {error}")
{
    public PlatformError Error => error;
}
