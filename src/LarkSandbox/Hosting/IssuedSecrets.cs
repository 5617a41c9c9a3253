namespace LarkSandbox.Hosting;

/// <summary>Every token, code, ticket and secret the simulator ever issued: masked in the wire log, searched for by tests.</summary>
internal sealed class IssuedSecrets
{
    private const int Most = 200_000;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _values = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    public IssuedSecrets(SandboxOptions options)
    {
        Add(options.AppSecret);
        Add(options.VerificationToken);
    }

    public string Add(string secret)
    {
        lock (_gate)
        {
            if (_values.Add(secret))
            {
                _order.Enqueue(secret);
            }

            if (_order.Count > Most)
            {
                _values.Remove(_order.Dequeue());
            }
        }

        return secret;
    }

    public bool Contains(string value)
    {
        lock (_gate)
        {
            return _values.Contains(value);
        }
    }

    public IReadOnlyList<string> Snapshot()
    {
        lock (_gate)
        {
            return [.. _order];
        }
    }
}
