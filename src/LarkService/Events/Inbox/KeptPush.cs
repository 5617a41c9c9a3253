using System.Text;
using System.Text.Json;

namespace LarkService.Events.Inbox;

/// <summary>
/// A push as it is kept: as it came, but without its verification token (<c>header.token</c>, in old envelopes <c>token</c>).
/// That is a secret of the app and has done its work by now; in a database file it would outlive the event.
/// </summary>
internal static class KeptPush
{
    /// <param name="json">A push that <see cref="Envelope"/> has read.</param>
    public static string Of(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var kept = new StringBuilder(json.Length);
        var copied = 0;
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            if (reader.ValueTextEquals("token"u8))
            {
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                kept.Append(Encoding.UTF8.GetString(json[copied..start])).Append("null");
                copied = (int)reader.BytesConsumed;
            }
            else if (reader.CurrentDepth != 1 || !reader.ValueTextEquals("header"u8))
            {
                reader.Skip();
            }
        }

        return kept.Append(Encoding.UTF8.GetString(json[copied..])).ToString();
    }
}
