using Google.Protobuf;
using Lark.Wire;

namespace LarkService.LongConnection;

/// <summary>
/// Bytes to frames and back. A frame that does not hold what the schema requires is refused, because the generated reader lets
/// it pass; a required zero is written, because peers refuse a frame without it.
/// </summary>
internal static class FrameCodec
{
    /// <summary>The platform sends seven.</summary>
    public const int MaxHeaders = 64;

    private const uint HeadersTag = 0x2a;

    public static FrameFault? TryDecode(ReadOnlySpan<byte> bytes, int maxBytes, out Frame frame)
    {
        frame = new Frame();
        if (bytes.Length > maxBytes)
        {
            return FrameFault.TooLarge;
        }

        // Counted before anything is built from them: each costs a hundred times the memory of its bytes.
        if (CountHeaders(bytes) > MaxHeaders)
        {
            return FrameFault.TooManyHeaders;
        }

        try
        {
            frame.MergeFrom(bytes);
        }
        catch (Exception)
        {
            // Mostly InvalidProtocolBufferException; on some damaged lengths the generated reader runs out of its array instead.
            return FrameFault.Malformed;
        }

        return IsWhole(frame) ? null : FrameFault.Incomplete;
    }

    private static bool IsWhole(Frame frame)
    {
        foreach (var header in frame.Headers)
        {
            if (!header.HasKey || !header.HasValue)
            {
                return false;
            }
        }

        return frame.HasSeqID && frame.HasLogID && frame.HasService && frame.HasMethod;
    }

    // Walks the outermost fields; whatever is odd ends the walk and is left to the real reader to refuse.
    private static int CountHeaders(ReadOnlySpan<byte> rest)
    {
        var count = 0;
        while (ReadVarint(ref rest, out var tag))
        {
            count += tag == HeadersTag ? 1 : 0;
            if (!Skip(ref rest, (int)(tag & 7)))
            {
                break;
            }
        }

        return count;
    }

    private static bool Skip(ref ReadOnlySpan<byte> rest, int wireType)
    {
        ulong length = wireType switch { 1 => 8, 5 => 4, _ => 0 };
        if (wireType is not (0 or 1 or 2 or 5) || (wireType == 0 && !ReadVarint(ref rest, out _)) || (wireType == 2 && !ReadVarint(ref rest, out length)) || length > (ulong)rest.Length)
        {
            return false;
        }

        rest = rest[(int)length..];
        return true;
    }

    private static bool ReadVarint(ref ReadOnlySpan<byte> rest, out ulong value)
    {
        value = 0;
        for (var i = 0; i < rest.Length && i < 10; i++)
        {
            value |= (ulong)(rest[i] & 0x7f) << (7 * i);
            if (rest[i] < 0x80)
            {
                rest = rest[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}

/// <summary>Why bytes are no frame.</summary>
internal enum FrameFault
{
    /// <summary>No protobuf message of this schema.</summary>
    Malformed,

    /// <summary>A required field is missing.</summary>
    Incomplete,

    TooLarge,

    TooManyHeaders,
}
