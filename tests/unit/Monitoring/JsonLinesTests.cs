using System.Diagnostics;
using System.Text.Json;
using LarkService.Monitoring;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;

namespace LarkService.UnitTests.Monitoring;

public sealed class JsonLinesTests
{
    private const string Token = "eyJhbGciOiJFUzI1NiJ9.eyJqdGkiOiI3.c2ln";

    [Fact]
    public void A_log_event_is_one_line_of_JSON_with_time_level_message_and_values()
    {
        var line = Written(log => log.Warning("Long connection lost ({Reason}); next attempt in {Seconds}", "closed", 8));

        Assert.Equal(("warning", "Long connection lost (closed); next attempt in 8", "closed", 8), (
            line.GetProperty("level").GetString(), line.GetProperty("msg").GetString(), line.GetProperty("Reason").GetString(), line.GetProperty("Seconds").GetInt32()));
        Assert.Equal(TimeSpan.Zero, line.GetProperty("ts").GetDateTimeOffset().Offset);
    }

    [Fact]
    public void Line_ends_quotes_and_other_scripts_do_not_break_the_line()
    {
        const string text = "first\r\nsecond \"quoted\" \\ 你好 \u2028 \u0001";

        Assert.Equal(text, Written(log => log.Information("{Text}", text)).GetProperty("Text").GetString());
    }

    [Fact]
    public void An_exception_is_written_with_its_trace_and_without_its_secrets()
    {
        var line = Written(log => log.Error(Thrown("no luck with token=" + Token), "It failed"));

        Assert.Contains("InvalidOperationException: no luck with token=***", line.GetProperty("exception").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_is_masked_in_the_message_and_in_whatever_value_it_hides()
    {
        var text = Text(log => log.Information(
            "{Plain} {Address} {List} {Map} {@Object} {Method}",
            "code=in-a-text",
            new Uri("https://bot.example.com/oauth/callback?code=in-an-address"),
            new[] { "code=in-a-list" },
            new Dictionary<string, string> { ["x"] = "code=in-a-map" },
            new { Inner = new { Value = "code=in-an-object \" quote" } },
            Token));

        Assert.DoesNotContain("in-a", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_and_truth_values_stay_what_they_are()
    {
        var line = Written(log => log.Information("{Yes} {Half} {Nothing}", true, 0.5, null));

        Assert.Equal((JsonValueKind.True, 0.5, JsonValueKind.Null), (line.GetProperty("Yes").ValueKind, line.GetProperty("Half").GetDouble(), line.GetProperty("Nothing").ValueKind));
    }

    [Fact]
    public void The_trace_of_a_request_is_written_along()
    {
        using var activity = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();

        Assert.Equal(activity.TraceId.ToString(), Written(log => log.Information("x")).GetProperty("traceId").GetString());
    }

    private static InvalidOperationException Thrown(string message)
    {
        try
        {
            throw new InvalidOperationException(message);
        }
        catch (InvalidOperationException e)
        {
            return e;
        }
    }

    private static JsonElement Written(Action<Serilog.ILogger> log) => JsonElement.Parse(Text(log));

    private static string Text(Action<Serilog.ILogger> log)
    {
        var sink = new Lines(new JsonLines());
        using var logger = new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.Sink(sink).CreateLogger();
        log(logger);
        var text = sink.Text;
        Assert.Equal(text.Length - 1, text.IndexOf('\n', StringComparison.Ordinal));
        return text;
    }

    private sealed class Lines(ITextFormatter formatter) : ILogEventSink
    {
        private readonly StringWriter _text = new();

        public string Text => _text.ToString();

        public void Emit(LogEvent logEvent) => formatter.Format(logEvent, _text);
    }
}
