using LarkSandbox.Hosting;

namespace LarkSandbox.LongConnection;

/// <summary>Tickets in connection addresses: each opens one connection, and not for long.</summary>
internal sealed class Tickets(SandboxOptions options, IssuedSecrets secrets, TimeProvider clock)
{
    private const int Most = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Ticket> _tickets = [];

    public Ticket Issue()
    {
        var ticket = new Ticket(
            secrets.Add(Guid.NewGuid().ToString()),
            secrets.Add(Ids.Hex(16)),
            Random.Shared.NextInt64(7_000_000_000_000_000_000, 7_999_999_999_999_999_999),
            clock.GetUtcNow() + options.TicketLifetime);
        lock (_gate)
        {
            if (_tickets.Count > Most)
            {
                _tickets.Clear();
            }

            _tickets.Add(ticket.Value, ticket);
        }

        return ticket;
    }

    /// <summary>Every ticket that was issued is unknown from now on.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _tickets.Clear();
        }
    }

    public TicketUse Use(string? value)
    {
        lock (_gate)
        {
            if (value is null || !_tickets.TryGetValue(value, out var ticket))
            {
                return TicketUse.Unknown;
            }

            if (ticket.Used)
            {
                return TicketUse.AlreadyUsed;
            }

            ticket.Used = true;
            return clock.GetUtcNow() < ticket.ExpiresAt ? TicketUse.Good : TicketUse.Expired;
        }
    }
}
