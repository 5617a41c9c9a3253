using LarkSandbox.Hosting;

namespace LarkSandbox.Faults;

/// <summary>Faults that were asked for and wait for their moment. Everything here may be set while the simulator runs.</summary>
internal sealed class FaultBoard(SandboxOptions options)
{
    private readonly Lock _gate = new();
    private readonly List<PlannedFault> _planned = [];
    private (long Code, int Times)? _endpoint;
    private (HandshakeRefusal Refusal, int Times)? _handshake;
    private int _duplicates;

    /// <summary>Payloads above so many bytes travel in packets of that size; null = never.</summary>
    public int? SplitAbove { get; set; } = options.SplitAbove;

    /// <summary>Packets of a split payload travel in reverse order.</summary>
    public bool ReorderPackets { get; set; } = options.ReorderPackets;

    /// <summary>What frames suffer.</summary>
    public FrameConditions Frames { get; set; } = FrameConditions.Perfect;

    /// <summary>Pongs carry this instead of the whole ClientConfig, be it partial, absurd or no JSON at all; null = as it should be.</summary>
    public string? PongPayload { get; set; }

    /// <summary>Refusals that the endpoint still has to give.</summary>
    public (long Code, int Times)? EndpointRefusal
    {
        get
        {
            lock (_gate)
            {
                return _endpoint;
            }
        }
    }

    /// <summary>Refusals that handshakes still have to get.</summary>
    public (HandshakeRefusal Refusal, int Times)? HandshakeRefusal
    {
        get
        {
            lock (_gate)
            {
                return _handshake;
            }
        }
    }

    /// <summary>Events still to be pushed twice.</summary>
    public int DuplicatesLeft => Math.Max(0, Volatile.Read(ref _duplicates));

    /// <summary>Faults that wait for their call.</summary>
    public IReadOnlyList<PlannedFault> Planned
    {
        get
        {
            lock (_gate)
            {
                return [.. _planned];
            }
        }
    }

    /// <summary>Everything is as the options say, and nothing is planned.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _planned.Clear();
            (_endpoint, _handshake) = (null, null);
        }

        Interlocked.Exchange(ref _duplicates, 0);
        (SplitAbove, ReorderPackets) = (options.SplitAbove, options.ReorderPackets);
        (Frames, PongPayload) = (FrameConditions.Perfect, null);
    }

    /// <summary>The next <paramref name="times"/> handshakes are refused; null = no more.</summary>
    public void RefuseHandshake(HandshakeRefusal? refusal, int times = 1)
    {
        lock (_gate)
        {
            _handshake = refusal is null ? null : (refusal, times);
        }
    }

    /// <summary>The next <paramref name="times"/> calls of the connection endpoint answer this code; null code = no more.</summary>
    public void RefuseEndpoint(long? code, int times = 1)
    {
        lock (_gate)
        {
            _endpoint = code is { } refusal ? (refusal, times) : null;
        }
    }

    /// <summary>The next matching calls answer this instead of doing anything.</summary>
    public void FailNext(string pathPrefix, int status, string body, int times = 1) => Plan(new PlannedFault.Fail(pathPrefix, times, status, body));

    /// <summary>The next matching calls wait first.</summary>
    public void DelayNext(string pathPrefix, TimeSpan delay, int times = 1) => Plan(new PlannedFault.Delay(pathPrefix, times, delay));

    /// <summary>The next matching calls are carried out, but their answer is lost with the connection.</summary>
    public void LoseNextAnswer(string pathPrefix, int times = 1) => Plan(new PlannedFault.LoseAnswer(pathPrefix, times));

    /// <summary>The next events are pushed twice, as the platform's at-least-once promise allows.</summary>
    public void DuplicateNextEvents(int times = 1) => Interlocked.Add(ref _duplicates, times);

    public bool TakeDuplicateEvent()
    {
        if (Interlocked.Decrement(ref _duplicates) >= 0)
        {
            return true;
        }

        Interlocked.Increment(ref _duplicates);
        return false;
    }

    public long? TakeEndpointRefusal()
    {
        lock (_gate)
        {
            if (_endpoint is not { } refusal)
            {
                return null;
            }

            _endpoint = refusal.Times > 1 ? (refusal.Code, refusal.Times - 1) : null;
            return refusal.Code;
        }
    }

    public HandshakeRefusal? TakeHandshakeRefusal()
    {
        lock (_gate)
        {
            if (_handshake is not { } refusal)
            {
                return null;
            }

            _handshake = refusal.Times > 1 ? (refusal.Refusal, refusal.Times - 1) : null;
            return refusal.Refusal;
        }
    }

    /// <summary>Whether a fault asked for this path still waits for its call.</summary>
    public bool IsPlanned(string pathPrefix)
    {
        lock (_gate)
        {
            return _planned.Exists(f => f.PathPrefix == pathPrefix);
        }
    }

    public T? Take<T>(string path)
        where T : PlannedFault
    {
        lock (_gate)
        {
            var fault = _planned.OfType<T>().FirstOrDefault(f => path.StartsWith(f.PathPrefix, StringComparison.Ordinal));
            if (fault is not null && --fault.Left <= 0)
            {
                _planned.Remove(fault);
            }

            return fault;
        }
    }

    private void Plan(PlannedFault fault)
    {
        lock (_gate)
        {
            _planned.Add(fault);
        }
    }
}
