using System.Net;

namespace LarkService.OnBehalfOf.Proxy;

/// <summary>
/// The caller's body on its way to the platform. Up to 1 MB is kept while it passes, so that it can be sent again; of a larger one
/// nothing is. Its memory is not pooled: a sending that was cut short may still hold a piece of it.
/// </summary>
/// <param name="source">Where it comes from.</param>
/// <param name="length">As the caller announced it; null when it is not known.</param>
/// <param name="patience">Renewed with every piece.</param>
internal sealed class ProxyBody(Stream source, long? length, Patience patience)
{
    /// <summary>What is kept to be sent again, and the most that may wait for a user.</summary>
    public const int MostKept = 1024 * 1024;

    private const int FirstRoom = 16 * 1024;
    private const int Chunk = 64 * 1024;
    private readonly long? _length = length;
    private byte[] _room = [];
    private int _kept;
    private bool _isAtEnd;
    private bool _hasBegun;

    /// <summary>Some of it was sent, and it was not kept: no request can be made with it any more.</summary>
    public bool IsSpent => _hasBegun && !CanRepeat;

    /// <summary>Whatever was sent can be sent again.</summary>
    public bool CanRepeat { get; private set; } = length is null or <= MostKept;

    /// <summary>Why the caller's body could not be read to its end.</summary>
    public Exception? CallerFault { get; private set; }

    /// <summary>All of it, once <see cref="KeepAsync"/> has said so.</summary>
    public ReadOnlyMemory<byte> Kept => _room.AsMemory(0, _kept);

    /// <summary>A body for one request, from the beginning.</summary>
    public HttpContent ForRequest() => new Content(this);

    /// <summary>Takes all of it into memory.</summary>
    /// <returns>False when it is too large for that; then it is of no more use.</returns>
    public async Task<bool> KeepAsync(CancellationToken ct)
    {
        while (CanRepeat && !_isAtEnd)
        {
            await PassAsync(Stream.Null, ct);
        }

        return CanRepeat;
    }

    private async Task SendAsync(Stream to, CancellationToken ct)
    {
        if (IsSpent)
        {
            throw new InvalidOperationException("A body that was not kept cannot be sent again.");
        }

        if (_kept > 0)
        {
            await to.WriteAsync(Kept, ct);
        }

        while (!_isAtEnd)
        {
            await PassAsync(to, ct);
        }
    }

    // What was read is kept before it is sent: a sending that fails loses nothing.
    private async Task PassAsync(Stream to, CancellationToken ct)
    {
        _hasBegun = true;
        MakeRoom();
        var piece = _room.AsMemory(_kept);
        var read = await ReadAsync(piece, ct);
        if (read == 0)
        {
            _isAtEnd = true;
            return;
        }

        patience.Renew();
        _kept += CanRepeat ? read : 0;
        await to.WriteAsync(piece[..read], ct);
        await to.FlushAsync(ct); // somebody may wait for this piece before they send the next
        if (_kept > MostKept)
        {
            (CanRepeat, _kept, _room) = (false, 0, []);
        }
    }

    private async ValueTask<int> ReadAsync(Memory<byte> piece, CancellationToken ct)
    {
        try
        {
            return await source.ReadAsync(piece, ct);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            CallerFault = e;
            throw;
        }
    }

    // One byte more than there is to come: the end shows only by reading on.
    private void MakeRoom()
    {
        if (_kept == _room.Length)
        {
            var wanted = !CanRepeat ? Chunk
                : _length is { } known ? (int)known + 1
                : Math.Min(Math.Max(FirstRoom, _kept * 4), MostKept + 1);
            Array.Resize(ref _room, Math.Max(wanted, _kept + 1));
        }
    }

    private sealed class Content(ProxyBody body) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => body.SendAsync(stream, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) => body.SendAsync(stream, cancellationToken);

        protected override bool TryComputeLength(out long length)
        {
            length = body._length ?? 0;
            return body._length is not null;
        }
    }
}
