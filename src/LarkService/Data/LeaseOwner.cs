namespace LarkService.Data;

/// <summary>This process, in the leases it takes: one that was overtaken can tell, and writes nothing over its successor.</summary>
internal sealed class LeaseOwner
{
    public string Id { get; } = Guid.NewGuid().ToString("N");
}
