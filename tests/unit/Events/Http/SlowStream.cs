using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Events.Http;

/// <summary>A body that comes after a pause; without end when it has no bytes.</summary>
internal sealed class SlowStream(byte[] bytes, ManualTime clock, TimeSpan pause) : Stream
{
    private bool _done;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_done)
        {
            return 0;
        }

        await Task.Delay(pause, clock, cancellationToken);
        if (bytes.Length == 0)
        {
            buffer.Span[0] = (byte)' ';
            return 1;
        }

        _done = true;
        bytes.CopyTo(buffer);
        return bytes.Length;
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
