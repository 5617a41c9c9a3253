using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Lark.Wire;

namespace LarkSandbox.LongConnection;

/// <summary>Reads and writes frames. A frame without one of its required fields is refused, as every SDK refuses it.</summary>
internal static class FrameCodec
{
    public const int Control = 0;
    public const int Data = 1;

    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Frame? frame)
    {
        try
        {
            frame = Frame.Parser.ParseFrom(bytes);
            return frame.IsInitialized();
        }
        catch (InvalidProtocolBufferException)
        {
            frame = null;
            return false;
        }
    }

    public static byte[] Encode(Frame frame)
    {
        if (!frame.IsInitialized())
        {
            throw new ArgumentException("A required field was never set.", nameof(frame));
        }

        return frame.ToByteArray();
    }

    public static string? Header(this Frame frame, string key)
    {
        foreach (var header in frame.Headers)
        {
            if (header.Key == key)
            {
                return header.Value;
            }
        }

        return null;
    }

    public static Frame With(this Frame frame, string key, string value)
    {
        frame.Headers.Add(new Header { Key = key, Value = value });
        return frame;
    }
}
