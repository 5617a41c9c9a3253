using System.Net;
using LarkService.OnBehalfOf.Proxy;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.OnBehalfOf.Proxy;

public sealed class ProxyBodyTests : IDisposable
{
    private readonly Patience _patience = new(new ManualTime(), CancellationToken.None);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300)]
    [InlineData(16 * 1024)]
    [InlineData(200_000)]
    [InlineData(ProxyBody.MostKept)]
    public async Task Up_to_a_megabyte_is_sent_again_byte_for_byte_whether_its_length_was_announced_or_not(int size)
    {
        var bytes = Bytes(size);
        foreach (var length in (long?[])[size, null])
        {
            var body = new ProxyBody(new InPieces(bytes), length, _patience);

            Assert.Equal(bytes, await SendAsync(body));
            Assert.True(body.CanRepeat);
            Assert.Equal(bytes, await SendAsync(body));
            Assert.True(await body.KeepAsync(default));
            Assert.Equal(bytes, body.Kept.ToArray());
        }
    }

    [Fact]
    public async Task One_byte_more_goes_through_once_and_nothing_of_it_is_kept()
    {
        var bytes = Bytes(ProxyBody.MostKept + 1);
        foreach (var length in (long?[])[bytes.Length, null])
        {
            var body = new ProxyBody(new InPieces(bytes), length, _patience);

            Assert.Equal(bytes, await SendAsync(body));
            Assert.False(body.CanRepeat);
            Assert.Equal(0, body.Kept.Length);
            Assert.False(await new ProxyBody(new InPieces(bytes), length, _patience).KeepAsync(default));
        }
    }

    [Fact]
    public async Task A_sending_that_broke_off_half_way_is_made_again_from_the_beginning()
    {
        var bytes = Bytes(100_000);
        var body = new ProxyBody(new InPieces(bytes), bytes.Length, _patience);
        await Assert.ThrowsAnyAsync<Exception>(() => body.ForRequest().CopyToAsync(new Full(30_000)));

        Assert.True(body.CanRepeat);
        Assert.Equal(bytes, await SendAsync(body));
    }

    [Fact]
    public async Task A_body_that_was_not_kept_is_never_sent_again_as_an_empty_one()
    {
        var bytes = Bytes(ProxyBody.MostKept + 1);
        foreach (var length in (long?[])[bytes.Length, null])
        {
            var body = new ProxyBody(new InPieces(bytes), length, _patience);
            Assert.False(body.IsSpent);
            await SendAsync(body);

            Assert.True(body.IsSpent);
            await Assert.ThrowsAnyAsync<Exception>(() => SendAsync(body));
        }
    }

    [Fact]
    public async Task Who_broke_it_off_is_known()
    {
        var body = new ProxyBody(new Broken(), null, _patience);
        await Assert.ThrowsAnyAsync<Exception>(() => SendAsync(body));

        Assert.IsType<IOException>(body.CallerFault);
    }

    public void Dispose() => _patience.Dispose();

    private static byte[] Bytes(int size) => [.. Enumerable.Range(0, size).Select(i => (byte)(i * 31 % 251))];

    private static async Task<byte[]> SendAsync(ProxyBody body)
    {
        using var content = body.ForRequest();
        using var all = new MemoryStream();
        await content.CopyToAsync(all, (TransportContext?)null, CancellationToken.None);
        return all.ToArray();
    }

    /// <summary>Comes as a network brings it.</summary>
    private sealed class InPieces(byte[] bytes) : MemoryStream(bytes)
    {
        private int _reads;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, (++_reads * 977 % 9000) + 1)], cancellationToken);
    }

    private sealed class Full(int room) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            Length + buffer.Length > room ? throw new IOException("Gone.") : base.WriteAsync(buffer, cancellationToken);
    }

    private sealed class Broken : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("Gone.");
    }
}
