namespace LarkSandbox.LongConnection;

/// <summary>What came of presenting a ticket.</summary>
internal enum TicketUse
{
    Good,
    Unknown,
    AlreadyUsed,
    Expired,
}
