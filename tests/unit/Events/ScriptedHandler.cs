using System.Threading.Channels;
using LarkService.Events;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Events;

/// <summary>Handles events as the test says, and tells which came.</summary>
internal sealed class ScriptedHandler : IEventHandler
{
    private readonly Channel<LarkEvent> _received = Channel.CreateUnbounded<LarkEvent>();
    private int _running;
    private int _mostRunning;

    public Func<LarkEvent, CancellationToken, Task> Work { get; set; } = (_, _) => Task.CompletedTask;

    public int MostRunning => Volatile.Read(ref _mostRunning);

    public int Waiting => _received.Reader.Count;

    public async Task HandleAsync(LarkEvent received, CancellationToken ct)
    {
        var running = Interlocked.Increment(ref _running);
        lock (_received)
        {
            _mostRunning = Math.Max(_mostRunning, running);
        }

        _received.Writer.TryWrite(received);
        try
        {
            await Work(received, ct);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    public Task<LarkEvent> ReceivedAsync() => _received.Reader.ReadAsync().AsTask().Soon();
}
