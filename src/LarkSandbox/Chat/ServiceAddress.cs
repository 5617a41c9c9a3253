namespace LarkSandbox.Chat;

/// <summary>Where the service under demonstration listens, once it was started.</summary>
internal sealed class ServiceAddress
{
    public string? Url { get; set; }
}
