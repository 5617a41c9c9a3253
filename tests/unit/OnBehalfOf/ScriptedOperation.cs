using System.Collections.Concurrent;
using System.Text;
using LarkService.OnBehalfOf.Operations;
using LarkService.Platform;

namespace LarkService.UnitTests.OnBehalfOf;

/// <summary>A call that comes to what it is told, and is remembered.</summary>
internal sealed class ScriptedOperation : IOperation
{
    public string Kind => "scripted";

    public Func<CancellationToken, Task<OperationAnswer>> Work { get; set; } = _ => Task.FromResult(Json(200, """{"code":0,"data":{"id":"t1"}}"""));

    public ConcurrentQueue<string> Ran { get; } = new();

    public static OperationAnswer Json(int status, string body) => new(status, "application/json; charset=utf-8", Encoding.UTF8.GetBytes(body));

    public Task<OperationAnswer> RunAsync(UserKey user, string payload, CancellationToken ct)
    {
        Ran.Enqueue(payload);
        return Work(ct);
    }
}
