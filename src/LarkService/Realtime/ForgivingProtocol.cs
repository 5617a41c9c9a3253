using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Options;

namespace LarkService.Realtime;

/// <summary>
/// SignalR's JSON protocol, but for one thing: what SignalR would pass over in silence, or end the connection for, becomes a call of
/// <see cref="RealtimeHub.RefuseAsync"/>, which tells the client so.
/// </summary>
internal sealed class ForgivingProtocol(IOptions<JsonHubProtocolOptions> options) : IHubProtocol
{
    private readonly JsonHubProtocol _json = new(options);

    public string Name => _json.Name;

    public int Version => _json.Version;

    public TransferFormat TransferFormat => _json.TransferFormat;

    public bool IsVersionSupported(int version) => _json.IsVersionSupported(version);

    public void WriteMessage(HubMessage message, IBufferWriter<byte> output) => _json.WriteMessage(message, output);

    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) => _json.GetMessageBytes(message);

    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message)
    {
        var before = input.Length;
        try
        {
            if (_json.TryParseMessage(ref input, binder, out message))
            {
                message = Understood(message);
                return true;
            }
        }
        catch (Exception)
        {
            message = null;
        }

        // Nothing was taken: the message is not whole yet. Taken without a result: it is whole, and not one of the protocol's.
        if (input.Length < before)
        {
            message = Refusal(null, null);
        }

        return message is not null;
    }

    private static HubMessage Understood(HubMessage message) => message switch
    {
        PingMessage or CloseMessage or CancelInvocationMessage => message,
        InvocationBindingFailureMessage unknown => Refusal(unknown.InvocationId, unknown.Target),
        HubMethodInvocationMessage call => Refusal(call.InvocationId, call.Target), // the hub handles none yet
        _ => Refusal(null, null),
    };

    private static InvocationMessage Refusal(string? invocationId, string? target) => new(invocationId, RealtimeHub.RefuseMethod, [target, !string.IsNullOrEmpty(invocationId)]);
}
