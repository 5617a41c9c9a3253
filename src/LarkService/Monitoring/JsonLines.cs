using System.Globalization;
using LarkService.Platform;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;
using Serilog.Formatting.Json;

namespace LarkService.Monitoring;

/// <summary>Writes a log event as one line of JSON: <c>ts</c>, <c>level</c>, <c>msg</c>, trace, exception, then its named values.</summary>
internal sealed class JsonLines : ITextFormatter
{
    private const string EventId = "EventId"; // says nothing the message does not
    private readonly JsonValueFormatter _values = new(typeTagName: null);
    private readonly MessageTemplateTextFormatter _message = new("{Message:l}", CultureInfo.InvariantCulture);

    public void Format(LogEvent logEvent, TextWriter output)
    {
        output.Write("{\"ts\":\"");
        output.Write(logEvent.Timestamp.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        output.Write("\",\"level\":\"");
        output.Write(logEvent.Level.ToString().ToLowerInvariant());
        output.Write("\",\"msg\":");
        JsonValueFormatter.WriteQuotedJsonString(Redaction.Clean(Message(logEvent)), output);
        if (logEvent.TraceId is { } trace)
        {
            output.Write(",\"traceId\":\"");
            output.Write(trace.ToHexString());
            output.Write('"');
        }

        if (logEvent.Exception is { } exception)
        {
            output.Write(",\"exception\":");
            JsonValueFormatter.WriteQuotedJsonString(Redaction.Clean(exception.ToString()), output);
        }

        foreach (var (name, value) in logEvent.Properties.Where(p => p.Key != EventId))
        {
            output.Write(',');
            JsonValueFormatter.WriteQuotedJsonString(name, output);
            output.Write(':');
            _values.Format(Clean(value), output);
        }

        output.Write("}\n");
    }

    private static LogEventPropertyValue Clean(LogEventPropertyValue value) => value switch
    {
        ScalarValue { Value: string text } => new ScalarValue(Redaction.Clean(text)),
        ScalarValue { Value: Uri address } => new ScalarValue(Redaction.Clean(address.ToString())),
        SequenceValue sequence => new SequenceValue(sequence.Elements.Select(Clean)),
        StructureValue structure => new StructureValue(structure.Properties.Select(p => new LogEventProperty(p.Name, Clean(p.Value))), structure.TypeTag),
        DictionaryValue dictionary => new DictionaryValue(dictionary.Elements.Select(e => KeyValuePair.Create(e.Key, Clean(e.Value)))),
        _ => value,
    };

    private string Message(LogEvent logEvent)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        _message.Format(logEvent, text);
        return text.ToString();
    }
}
