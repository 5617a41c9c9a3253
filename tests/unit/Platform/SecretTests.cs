using System.ComponentModel;
using System.Text.Json;
using LarkService.Platform;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Json;

namespace LarkService.UnitTests.Platform;

public sealed class SecretTests
{
    private const string Value = "u-very-secret";
    private readonly Secret _secret = new(Value);

    [Fact]
    public void A_secret_prints_as_stars()
    {
        Assert.Equal("***", _secret.ToString());
        Assert.Equal("token ***", $"token {_secret}");
        Assert.DoesNotContain(Value, new Holder("ou_1", _secret).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Value, new InvalidOperationException($"no use for {_secret}").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_is_written_to_JSON_as_stars_and_read_from_it()
    {
        Assert.Equal("""{"OpenId":"ou_1","Token":"***"}""", JsonSerializer.Serialize(new Holder("ou_1", _secret)));
        Assert.Equal(Value, JsonSerializer.Deserialize<Holder>($$"""{"OpenId":"ou_1","Token":"{{Value}}"}""")!.Token!.Reveal());
        Assert.Null(JsonSerializer.Deserialize<Holder>("""{"OpenId":"ou_1","Token":null}""")!.Token);
    }

    [Theory]
    [InlineData("{Secret}")]
    [InlineData("{@Secret}")]
    [InlineData("{$Secret}")]
    public void A_logged_secret_does_not_show_however_the_message_names_it(string template)
    {
        var sink = new TextSink();
        using var logger = new LoggerConfiguration().WriteTo.Sink(sink).CreateLogger();

        logger.Information(template, _secret);
        logger.Information(template, new Holder("ou_1", _secret));
        logger.Information(template, new Dictionary<string, object> { ["token"] = _secret });

        Assert.Contains("ou_1", sink.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Value, sink.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_shows_its_value_to_whoever_asks_for_it() => Assert.Equal(Value, _secret.Reveal());

    [Fact]
    public void Secrets_are_equal_by_value()
    {
        Assert.Equal(_secret, new Secret(Value));
        Assert.Equal(_secret.GetHashCode(), new Secret(Value).GetHashCode());
        Assert.NotEqual(_secret, new Secret(Value + "x"));
        Assert.False(_secret.Equals(null));
        Assert.False(_secret.Equals((object)Value));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("  ", true)]
    [InlineData("x", false)]
    public void A_blank_secret_counts_as_empty(string value, bool empty) => Assert.Equal(empty, new Secret(value).IsEmpty);

    [Fact]
    public void Configuration_reads_a_secret_from_text() =>
        Assert.Equal(_secret, TypeDescriptor.GetConverter(typeof(Secret)).ConvertFromInvariantString(Value));

    internal sealed record Holder(string OpenId, Secret? Token);

    private sealed class TextSink : ILogEventSink
    {
        private readonly StringWriter _text = new();

        public string Text => _text.ToString();

        public void Emit(LogEvent logEvent)
        {
            logEvent.RenderMessage(_text);
            new JsonFormatter(renderMessage: true).Format(logEvent, _text);
        }
    }
}
