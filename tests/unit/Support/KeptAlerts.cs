using LarkService.Platform;

namespace LarkService.UnitTests.Support;

/// <summary>What the operators were told.</summary>
internal sealed class KeptAlerts : IOperatorAlerts
{
    private readonly Lock _gate = new();
    private readonly List<OperatorAlert> _told = [];

    public IReadOnlyList<OperatorAlert> Told
    {
        get
        {
            lock (_gate)
            {
                return [.. _told];
            }
        }
    }

    public void Tell(OperatorAlert alert)
    {
        lock (_gate)
        {
            _told.Add(alert);
        }
    }
}
