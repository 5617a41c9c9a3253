using System.Buffers;
using System.Text;
using LarkService.Realtime;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Options;

namespace LarkService.UnitTests.Realtime;

/// <summary>Whatever a client sends becomes something the hub can answer, and the next message is read as if nothing had been.</summary>
public sealed class ForgivingProtocolTests
{
    private const string End = "\u001e";
    private readonly ForgivingProtocol _protocol = new(Options.Create(new JsonHubProtocolOptions()));

    [Theory]
    [InlineData("""{"type":1,"target":"job:start","arguments":[{"kind":"transcribe"}]}""", "job:start", null)]
    [InlineData("""{"type":1,"target":"job:cancel","arguments":[]}""", "job:cancel", null)]
    [InlineData("""{"type":1,"invocationId":"7","target":"job:start","arguments":[1]}""", "job:start", "7")]
    [InlineData("""{"arguments":[1],"type":1,"target":"job:start"}""", "job:start", null)]
    [InlineData("""{"type":4,"invocationId":"8","target":"watch","arguments":[]}""", "watch", "8")]
    [InlineData("""{"type":1,"target":"refuse","arguments":["somebody else", true]}""", "refuse", null)]
    [InlineData("""{"type":1,"target":"job:start"}""", null, null)]
    [InlineData("""{"type":1,"target":"job:start","arguments":{}}""", null, null)]
    [InlineData("""{"type":1,"target":7,"arguments":[]}""", null, null)]
    [InlineData("""{"type":1}""", null, null)]
    [InlineData("""{"type":"one"}""", null, null)]
    [InlineData("""{"type":99}""", null, null)]
    [InlineData("""{"type":2,"invocationId":"9","item":1}""", null, null)]
    [InlineData("""{"type":3,"invocationId":"9","result":1}""", null, null)]
    [InlineData("""{"target":"job:start"}""", null, null)]
    [InlineData("{}", null, null)]
    [InlineData("[]", null, null)]
    [InlineData("null", null, null)]
    [InlineData("{", null, null)]
    [InlineData("hello", null, null)]
    [InlineData("\ud83d\ude00", null, null)]
    [InlineData("", null, null)]
    public void What_nobody_handles_is_refused_and_what_follows_is_read(string text, string? target, string? invocationId)
    {
        var input = Bytes(text + End + """{"type":6}""" + End);

        Assert.True(_protocol.TryParseMessage(ref input, new Binder(), out var message));
        var refusal = Assert.IsType<InvocationMessage>(message);
        Assert.Equal((RealtimeHub.RefuseMethod, invocationId), (refusal.Target, refusal.InvocationId));
        Assert.Equal([target, invocationId is not null], refusal.Arguments);

        Assert.True(_protocol.TryParseMessage(ref input, new Binder(), out var next));
        Assert.IsType<PingMessage>(next);
        Assert.True(input.IsEmpty);
    }

    [Theory]
    [InlineData("""{"type":6}""", typeof(PingMessage))]
    [InlineData("""{"type":7}""", typeof(CloseMessage))]
    [InlineData("""{"type":5,"invocationId":"1"}""", typeof(CancelInvocationMessage))]
    public void What_keeps_a_connection_going_passes(string text, Type expected)
    {
        var input = Bytes(text + End);

        Assert.True(_protocol.TryParseMessage(ref input, new Binder(), out var message));
        Assert.IsType(expected, message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("""{"type":6""")]
    [InlineData("no end of it")]
    public void A_message_that_is_not_whole_yet_is_waited_for(string text)
    {
        var input = Bytes(text);

        Assert.False(_protocol.TryParseMessage(ref input, new Binder(), out _));
        Assert.Equal(Encoding.UTF8.GetByteCount(text), input.Length);
    }

    [Fact]
    public void What_is_sent_is_SignalRs_own()
    {
        var message = new InvocationMessage("operation:completed", [new { Id = "op_1" }]);

        Assert.Equal("""{"type":1,"target":"operation:completed","arguments":[{"id":"op_1"}]}""" + End, Encoding.UTF8.GetString(_protocol.GetMessageBytes(message).Span));
        Assert.Equal(("json", true, false), (_protocol.Name, _protocol.IsVersionSupported(1), _protocol.IsVersionSupported(3)));
    }

    private static ReadOnlySequence<byte> Bytes(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>Knows the hub as SignalR does.</summary>
    private sealed class Binder : IInvocationBinder
    {
        public IReadOnlyList<Type> GetParameterTypes(string methodName) =>
            methodName == RealtimeHub.RefuseMethod ? [typeof(string), typeof(bool)] : throw new HubException("Method does not exist.");

        public Type GetReturnType(string invocationId) => throw new InvalidOperationException("Nothing was asked of the client.");

        public Type GetStreamItemType(string streamId) => throw new KeyNotFoundException("There is no such stream.");
    }
}
