using System.IO.Pipelines;
using System.Net.WebSockets;
using LarkService.LongConnection;

namespace LarkService.UnitTests.LongConnection;

/// <summary>The framework's WebSocket in memory, without a network.</summary>
public sealed class WebSocketLarkSocketTests : IAsyncLifetime
{
    private const int Limit = 1000;
    private readonly WebSocket _platform;
    private readonly WebSocketLarkSocket _socket;

    public WebSocketLarkSocketTests()
    {
        var (up, down) = (new Pipe(), new Pipe());
        _platform = WebSocket.CreateFromStream(new TwoPipes(up.Reader.AsStream(), down.Writer.AsStream()), new WebSocketCreationOptions { IsServer = true });
        _socket = new(WebSocket.CreateFromStream(new TwoPipes(down.Reader.AsStream(), up.Writer.AsStream()), new WebSocketCreationOptions()), Limit);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _socket.DisposeAsync();
        _platform.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Limit)]
    public async Task A_message_up_to_the_limit_is_read_whole(int size)
    {
        var bytes = Enumerable.Range(0, size).Select(i => (byte)i).ToArray();
        await _platform.SendAsync(bytes.AsMemory(0, size / 2), WebSocketMessageType.Binary, false, Ct);
        await _platform.SendAsync(bytes.AsMemory(size / 2), WebSocketMessageType.Binary, true, Ct);
        Assert.Equal(bytes, Assert.IsType<SocketMessage.Binary>(await _socket.ReceiveAsync(Ct)).Bytes.ToArray());
    }

    [Fact]
    public async Task A_message_of_the_limit_may_end_with_an_empty_part()
    {
        await _platform.SendAsync(new byte[Limit], WebSocketMessageType.Binary, false, Ct);
        await _platform.SendAsync(Array.Empty<byte>(), WebSocketMessageType.Binary, true, Ct);
        Assert.Equal(Limit, Assert.IsType<SocketMessage.Binary>(await _socket.ReceiveAsync(Ct)).Bytes.Length);
    }

    [Theory]
    [InlineData(Limit + 1)]
    [InlineData(Limit * 5)]
    public async Task A_larger_message_is_passed_over_and_the_next_one_read(int size)
    {
        await _platform.SendAsync(new byte[size], WebSocketMessageType.Binary, true, Ct);
        await _platform.SendAsync("x"u8.ToArray(), WebSocketMessageType.Binary, true, Ct);
        Assert.Equal(new SocketMessage.TooLarge(size), await _socket.ReceiveAsync(Ct));
        Assert.Equal("x"u8.ToArray(), Assert.IsType<SocketMessage.Binary>(await _socket.ReceiveAsync(Ct)).Bytes.ToArray());
    }

    [Fact]
    public async Task Text_is_told_apart()
    {
        await _platform.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, Ct);
        Assert.Equal(new SocketMessage.Text(5), await _socket.ReceiveAsync(Ct));
    }

    [Fact]
    public async Task The_platforms_goodbye_is_told_with_its_code()
    {
        await _platform.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, null, Ct);
        Assert.Equal(new SocketMessage.Closed(1001), await _socket.ReceiveAsync(Ct));
    }

    [Fact]
    public async Task Our_goodbye_is_1000()
    {
        await _socket.CloseAsync(Ct);
        var received = await _platform.ReceiveAsync(new byte[10].AsMemory(), Ct);
        Assert.Equal((WebSocketMessageType.Close, WebSocketCloseStatus.NormalClosure), (received.MessageType, _platform.CloseStatus!.Value));
    }

    [Fact]
    public async Task What_is_sent_arrives_as_one_binary_message()
    {
        await _socket.SendAsync("frame"u8.ToArray());
        var received = await _platform.ReceiveAsync(new byte[10].AsMemory(), Ct);
        Assert.Equal((5, true, WebSocketMessageType.Binary), (received.Count, received.EndOfMessage, received.MessageType));
    }

    private sealed class TwoPipes(Stream read, Stream write) : Stream
    {
        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => read.ReadAsync(buffer, cancellationToken);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await write.WriteAsync(buffer, cancellationToken);
            await write.FlushAsync(cancellationToken);
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => write.FlushAsync(cancellationToken);

        public override void Flush() => write.Flush();

        public override int Read(byte[] buffer, int offset, int count) => read.Read(buffer, offset, count);

        public override void Write(byte[] buffer, int offset, int count) => write.Write(buffer, offset, count);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
