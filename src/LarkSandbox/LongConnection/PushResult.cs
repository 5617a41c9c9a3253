namespace LarkSandbox.LongConnection;

/// <summary>What came of one push.</summary>
internal abstract record PushResult
{
    /// <summary>Nobody is connected.</summary>
    public sealed record NoConnection : PushResult;

    /// <summary>No ack within the deadline.</summary>
    public sealed record TimedOut : PushResult;

    /// <summary>The connection went away before the ack.</summary>
    public sealed record ConnectionLost : PushResult;

    /// <summary>The app's address refused the connection or broke it.</summary>
    public sealed record Unreachable : PushResult;

    /// <summary>The client answered: 200 or 500, and the callback's answer when there is one.</summary>
    public sealed record Answered(long Code, byte[]? Data) : PushResult;
}
