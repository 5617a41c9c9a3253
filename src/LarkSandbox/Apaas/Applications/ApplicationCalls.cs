using LarkSandbox.Hosting;

namespace LarkSandbox.Apaas.Applications;

/// <summary>The last 1,000 functions and flows that ran: a test sees that it was once, and with what.</summary>
internal sealed class ApplicationCalls(ChangeSignal changes, TimeProvider clock)
{
    private const int Most = 1_000;

    private readonly Lock _gate = new();
    private readonly Queue<ApplicationCall> _calls = new();

    public IReadOnlyList<ApplicationCall> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _calls];
            }
        }
    }

    public void Add(string name, string parameters, string? operatorOpenId = null)
    {
        lock (_gate)
        {
            _calls.Enqueue(new(name, parameters, operatorOpenId, clock.GetUtcNow()));
            if (_calls.Count > Most)
            {
                _calls.Dequeue();
            }
        }

        changes.Notify();
    }
}
