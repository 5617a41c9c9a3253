using LarkSandbox.Hosting;

namespace LarkSandbox.OAuth;

/// <summary>Device flows: issued, decided by a person, polled by the service no faster than the interval.</summary>
internal sealed class DeviceFlows(SandboxOptions options, TokenMint mint, TokenVault vault, IssuedSecrets secrets, ChangeSignal changes, TimeProvider clock)
{
    private const int Most = 50_000;
    private static readonly TimeSpan SlowDownStep = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, DeviceFlow> _byDeviceCode = [];
    private readonly Dictionary<string, DeviceFlow> _byUserCode = [];

    public IReadOnlyList<DeviceFlow> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _byDeviceCode.Values];
            }
        }
    }

    public DeviceFlow Start(IReadOnlyList<string> scopes)
    {
        var flow = new DeviceFlow
        {
            DeviceCode = mint.DeviceCode(),
            UserCode = mint.UserCode(),
            FlowId = secrets.Add(Ids.Hex(16)),
            Scopes = scopes,
            ExpiresAt = clock.GetUtcNow() + options.DeviceCodeLifetime,
            Interval = options.DeviceInterval,
        };
        lock (_gate)
        {
            if (_byDeviceCode.Count > Most)
            {
                _byDeviceCode.Clear();
                _byUserCode.Clear();
            }

            _byDeviceCode.Add(flow.DeviceCode, flow);
            _byUserCode[flow.UserCode] = flow;
        }

        changes.Notify();
        return flow;
    }

    public DeviceFlow? Find(string? flowId, string? userCode)
    {
        lock (_gate)
        {
            return userCode is not null && _byUserCode.TryGetValue(userCode, out var flow) && flow.FlowId == flowId ? flow : null;
        }
    }

    public DeviceFlow? FindByUserCode(string userCode)
    {
        lock (_gate)
        {
            return _byUserCode.GetValueOrDefault(userCode);
        }
    }

    /// <summary>The person's decision; false when the link has served already or is too old.</summary>
    public bool Decide(DeviceFlow flow, string openId, bool allow)
    {
        lock (_gate)
        {
            if (flow.State != DeviceFlowState.Pending || clock.GetUtcNow() >= flow.ExpiresAt)
            {
                return false;
            }

            flow.State = allow ? DeviceFlowState.Allowed : DeviceFlowState.Refused;
            flow.Consent = allow ? vault.Agree(openId, flow.Scopes) : null;
        }

        changes.Notify();
        return true;
    }

    public (OAuthError? Error, DeviceFlow? Flow) Poll(string deviceCode)
    {
        lock (_gate)
        {
            if (!_byDeviceCode.TryGetValue(deviceCode, out var flow) || flow.State == DeviceFlowState.Spent)
            {
                return (OAuthError.DeviceCodeUnknown, null);
            }

            var now = clock.GetUtcNow();
            if (now >= flow.ExpiresAt)
            {
                return (OAuthError.DeviceCodeExpired, null);
            }

            if (IsTooFast(flow, now))
            {
                return (OAuthError.SlowDown, null);
            }

            switch (flow.State)
            {
                case DeviceFlowState.Refused:
                    return (OAuthError.Denied, null);
                case DeviceFlowState.Pending:
                    return (OAuthError.Pending, null);
                default:
                    flow.State = DeviceFlowState.Spent;
                    return (null, flow);
            }
        }
    }

    /// <summary>Too fast makes the interval longer for good, as RFC 8628 says. A tenth is forgiven: clocks jitter.</summary>
    private static bool IsTooFast(DeviceFlow flow, DateTimeOffset now)
    {
        var tooFast = flow.LastPollAt is { } last && now - last < flow.Interval * 0.9;
        flow.LastPollAt = now;
        if (tooFast)
        {
            flow.Interval += SlowDownStep;
        }

        return tooFast;
    }
}
