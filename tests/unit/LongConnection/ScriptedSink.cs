using System.Text;
using System.Threading.Channels;
using LarkService.LongConnection;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.LongConnection;

/// <summary>Takes payloads and answers what the test says, at once or when it says so.</summary>
internal sealed class ScriptedSink : IPayloadSink
{
    private readonly Channel<LarkPayload> _received = Channel.CreateUnbounded<LarkPayload>();

    public Func<LarkPayload, CancellationToken, Task<PayloadAnswer>> Answer { get; set; } = (_, _) => Task.FromResult<PayloadAnswer>(new PayloadAnswer.Ok());

    public async Task<PayloadAnswer> ReceiveAsync(LarkPayload payload, CancellationToken ct)
    {
        _received.Writer.TryWrite(payload);
        return await Answer(payload, ct);
    }

    public Task<LarkPayload> ReceivedAsync() => _received.Reader.ReadAsync().AsTask().Soon();

    public int Waiting => _received.Reader.Count;

    public static string TextOf(LarkPayload payload) => Encoding.UTF8.GetString(payload.Json.Span);

    /// <summary>Payloads wait until the returned source has an answer for all of them.</summary>
    public TaskCompletionSource<PayloadAnswer> Holds()
    {
        var answer = new TaskCompletionSource<PayloadAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        Answer = (_, ct) => answer.Task.WaitAsync(ct);
        return answer;
    }
}
