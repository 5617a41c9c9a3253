using System.Collections.Concurrent;
using LarkService.OnBehalfOf;
using LarkService.Platform;

namespace LarkService.UnitTests.OnBehalfOf;

/// <summary>Does work as it is told, and remembers it.</summary>
internal sealed class ScriptedRunner : IParkedCallRunner
{
    public string Kind => "test";

    public Func<string, CancellationToken, Task> Work { get; set; } = (_, _) => Task.CompletedTask;

    public Func<Task> GivingUp { get; set; } = () => Task.CompletedTask;

    public ConcurrentQueue<string> Ran { get; } = new();

    public ConcurrentQueue<(string Payload, ParkedCallEnd End)> GaveUp { get; } = new();

    public Task RunAsync(UserKey user, string payload, CancellationToken ct)
    {
        Ran.Enqueue(payload);
        return Work(payload, ct);
    }

    public Task GiveUpAsync(UserKey user, string payload, ParkedCallEnd end, CancellationToken ct)
    {
        GaveUp.Enqueue((payload, end));
        return GivingUp();
    }
}
