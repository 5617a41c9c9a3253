using System.Text.Json;

namespace LarkService.OnBehalfOf.Proxy;

/// <summary>
/// Finds the platform's <c>code</c> in the first bytes of an answer, while the rest of it is still on its way. Nothing is read twice.
/// </summary>
internal struct CodeFinder
{
    private JsonReaderState _state;
    private int _read;
    private bool _isNext;

    /// <summary>The code; null when there is none, or none that can be read.</summary>
    public int? Code { get; private set; }

    /// <param name="all">Everything that came so far.</param>
    /// <param name="isWhole">No more will come.</param>
    /// <returns>False: it may be in what is yet to come.</returns>
    public bool Look(ReadOnlySpan<byte> all, bool isWhole)
    {
        var reader = new Utf8JsonReader(all[_read..], isWhole, _state);
        try
        {
            while (reader.Read())
            {
                if (_isNext)
                {
                    Code = ValueOf(ref reader);
                    return true;
                }

                if (reader.CurrentDepth == 0 && reader.TokenType != JsonTokenType.StartObject)
                {
                    return true; // no object, or its end
                }

                _isNext = reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals("code"u8);
            }
        }
        catch (JsonException)
        {
            return true;
        }

        _read += (int)reader.BytesConsumed;
        _state = reader.CurrentState;
        return isWhole;
    }

    private static int? ValueOf(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Number when reader.TryGetInt32(out var number) => number,
        JsonTokenType.String when int.TryParse(reader.GetString(), System.Globalization.CultureInfo.InvariantCulture, out var number) => number,
        JsonTokenType.Null => 0,
        _ => null,
    };
}
