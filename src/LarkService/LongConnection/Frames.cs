using System.Globalization;
using System.Text;
using Google.Protobuf;
using Lark.Wire;

namespace LarkService.LongConnection;

/// <summary>What the fields of a frame mean, and the frames we write.</summary>
internal static class Frames
{
    public const int ControlMethod = 0;
    public const int DataMethod = 1;

    /// <summary>The header's value, or null. Of doubles the first counts, as in the platform's Go and Python clients.</summary>
    public static string? Text(this Frame frame, string header)
    {
        foreach (var h in frame.Headers)
        {
            if (h.Key == header)
            {
                return h.Value;
            }
        }

        return null;
    }

    /// <summary>The header as a number; <paramref name="absent"/> when there is none, null when it is no number.</summary>
    public static int? Number(this Frame frame, string header, int absent) => frame.Text(header) is not { } text ? absent
        : int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number
        : null;

    public static Frame Ping(int service) => new()
    {
        SeqID = 0,
        LogID = 0,
        Service = service,
        Method = ControlMethod,
        Headers = { new Header { Key = "type", Value = "ping" } },
    };

    /// <summary>
    /// Turns the frame that completed a push into its ack: everything the platform wrote stays (one header is its route back to
    /// the sender), the payload becomes our answer, and a header tells our time.
    /// </summary>
    public static Frame AnsweredBy(this Frame frame, PayloadAnswer answer, TimeSpan took)
    {
        frame.Headers.Add(new Header { Key = "biz_rt", Value = ((long)took.TotalMilliseconds).ToString(CultureInfo.InvariantCulture) });
        frame.Payload = AckPayload(answer);
        return frame;
    }

    private static ByteString AckPayload(PayloadAnswer answer) => answer switch
    {
        PayloadAnswer.Ok { Data: { } data } => ByteString.CopyFrom([.. "{\"code\":200,\"data\":\""u8, .. Encoding.ASCII.GetBytes(Convert.ToBase64String(data.Span)), .. "\"}"u8]),
        PayloadAnswer.Ok => Handled,
        _ => Failed,
    };

    private static readonly ByteString Handled = ByteString.CopyFromUtf8("{\"code\":200}");
    private static readonly ByteString Failed = ByteString.CopyFromUtf8("{\"code\":500}");
}
