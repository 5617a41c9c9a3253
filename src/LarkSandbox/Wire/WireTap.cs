namespace LarkSandbox.Wire;

/// <summary>
/// Keeps an answer back until it is whole, so that it is in the log before anybody has it. An event stream, and whatever grows beyond
/// 64 KB, passes as it comes; of that only the beginning is kept.
/// </summary>
internal sealed class WireTap(HttpContext http, Stream inner) : Stream
{
    private const int MostHeld = 64 * 1024;

    private readonly MemoryStream _head = new();
    private bool _passing;

    /// <summary>The beginning of the answer; all of it unless it passed.</summary>
    public ReadOnlySpan<byte> Head => _head.GetBuffer().AsSpan(0, (int)_head.Length);

    /// <summary>Bytes written so far.</summary>
    public long Written { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Hands on what was held back.</summary>
    public async Task ReleaseAsync(CancellationToken ct)
    {
        if (!_passing)
        {
            _passing = true;
            if (_head.Length == 0)
            {
                return;
            }

            await inner.WriteAsync(_head.GetBuffer().AsMemory(0, (int)_head.Length), ct);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Written += buffer.Length;
        if (!_passing && (IsEventStream || _head.Length + buffer.Length > MostHeld))
        {
            await ReleaseAsync(cancellationToken);
        }

        if (_passing)
        {
            await inner.WriteAsync(buffer, cancellationToken);
        }

        Keep(buffer.Span);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count)
    {
        Written += count;
        if (_passing)
        {
            inner.Write(buffer, offset, count);
        }

        Keep(buffer.AsSpan(offset, count));
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => _passing ? inner.FlushAsync(cancellationToken) : Task.CompletedTask;

    public override void Flush()
    {
        // What is held back stays; what passes is flushed asynchronously.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _head.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (!_passing || _head.Length + bytes.Length <= MostHeld)
        {
            _head.Write(bytes);
        }
    }

    private bool IsEventStream => http.Response.ContentType?.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) == true;
}
