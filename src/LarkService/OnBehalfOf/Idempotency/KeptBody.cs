namespace LarkService.OnBehalfOf.Idempotency;

/// <summary>Holds an answer back until it is complete. One that grows too large goes on to its caller as it comes, and is not kept.</summary>
internal sealed class KeptBody(Stream caller, int most) : Stream
{
    private MemoryStream? _held = new();

    /// <summary>Null when it was too large.</summary>
    public byte[]? Bytes => _held?.ToArray();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_held is not null && _held.Length + buffer.Length <= most)
        {
            _held.Write(buffer.Span);
            return;
        }

        if (_held is { } held)
        {
            _held = null;
            await caller.WriteAsync(held.GetBuffer().AsMemory(0, (int)held.Length), cancellationToken);
        }

        await caller.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => _held is null ? caller.FlushAsync(cancellationToken) : Task.CompletedTask;

    public override void Flush()
    {
        // Only what is written asynchronously comes here.
    }

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Answers are written asynchronously.");

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
