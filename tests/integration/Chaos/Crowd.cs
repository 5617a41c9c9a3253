using System.Collections.Concurrent;
using LarkSandbox.Chat;
using LarkSandbox.Hosting;
using LarkSandbox.LongConnection;

namespace LarkService.IntegrationTests.Chaos;

/// <summary>
/// People who ask for help, a few at once, four times a second; one at a time while nobody is connected. Every message must be
/// answered once. Some of the events are pushed twice at the same time.
/// </summary>
internal sealed class Crowd(SandboxPlatform platform, int atOnce = 6) : IAsyncDisposable
{
    /// <summary>The sandbox keeps 20,000 messages; answers count, too.</summary>
    private const int Most = 9500;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private readonly ConcurrentQueue<Question> _asked = new();
    private readonly CancellationTokenSource _enough = new();
    private Task _asking = Task.CompletedTask;
    private int _next;

    /// <summary>A message, and what became of its event.</summary>
    internal sealed record Question(ChatMessage Message, Delivery Delivery, bool Doubled);

    public IReadOnlyCollection<Question> Asked => [.. _asked];

    public void Start() => _asking = AskAsync();

    /// <summary>Nobody asks any more; what is on its way stays on its way.</summary>
    public async Task StopAsync()
    {
        await _enough.CancelAsync();
        await _asking;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _enough.Dispose();
    }

    private async Task AskAsync()
    {
        while (!_enough.IsCancellationRequested && _asked.Count < Most)
        {
            var now = platform.Connections.Open.Count > 0 ? atOnce : 1;
            for (var one = 0; one < now; one++)
            {
                Ask();
            }

            await Task.Delay(Pause, TimeProvider.System, _enough.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Ask()
    {
        var number = _next++;
        var doubled = number % 10 == 0;
        if (doubled)
        {
            platform.Faults.Board.DuplicateNextEvents();
        }

        var (message, delivery) = platform.SendText(platform.Users[number % platform.Users.Count].OpenId, "/help");
        _asked.Enqueue(new(message, delivery, doubled));
    }
}
