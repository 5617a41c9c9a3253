namespace LarkSandbox.LongConnection;

/// <summary>One connection address that was handed out.</summary>
internal sealed record Ticket(string Value, string AccessKey, long DeviceId, DateTimeOffset ExpiresAt)
{
    public bool Used { get; set; }
}
