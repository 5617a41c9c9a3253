namespace LarkSandbox.LongConnection;

/// <summary>Something that happened to a connection: opened, closed, dropped, silenced, refused.</summary>
internal sealed record ConnectionMoment(long At, string Connection, string What, string Detail);
