using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace LarkService.Platform.Http;

/// <summary>Where a page ended, in a list that is ordered by a time and then by an id.</summary>
/// <param name="At">The last row's time.</param>
/// <param name="Id">Its id, which decides between equal times.</param>
internal readonly record struct TimeCursor(DateTimeOffset At, string Id)
{
    private const int LongestText = 200;
    private const int TimeLength = sizeof(long);
    private const int SumLength = 6;

    /// <returns>Null when it was cut, changed, made up or given out by another list.</returns>
    public static TimeCursor? Read(string list, string text)
    {
        if (text.Length > LongestText || !Base64Url.IsValid(text))
        {
            return null;
        }

        var bytes = Base64Url.DecodeFromChars(text);
        if (bytes.Length < TimeLength + SumLength || !Sum(list, bytes.AsSpan(SumLength)).AsSpan().SequenceEqual(bytes.AsSpan(0, SumLength)))
        {
            return null;
        }

        var ticks = BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(SumLength));
        return ticks < 0 || ticks > DateTimeOffset.MaxValue.Ticks ? null : new TimeCursor(new DateTimeOffset(ticks, TimeSpan.Zero), Encoding.UTF8.GetString(bytes.AsSpan(SumLength + TimeLength)));
    }

    public string Write(string list)
    {
        var id = Encoding.UTF8.GetBytes(Id);
        var content = new byte[TimeLength + id.Length];
        BinaryPrimitives.WriteInt64BigEndian(content, At.UtcTicks);
        id.CopyTo(content, TimeLength);
        return Base64Url.EncodeToString([.. Sum(list, content), .. content]);
    }

    // Against mistakes, not against malice: a cursor tells nothing that its list would not.
    private static byte[] Sum(string list, ReadOnlySpan<byte> content) =>
        SHA256.HashData([.. Encoding.UTF8.GetBytes(list), .. content])[..SumLength];
}
