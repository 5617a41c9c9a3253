using System.ComponentModel.DataAnnotations;
using LarkService.Monitoring.Tracing;

namespace LarkService.UnitTests.Monitoring;

public sealed class OtlpOptionsTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces")]
    [InlineData("https://collector.example/", "https://collector.example/v1/traces")]
    [InlineData("https://collector.example/my/traces", "https://collector.example/my/traces")]
    public void Traces_go_under_the_endpoint_unless_it_has_a_path(string? endpoint, string? url)
    {
        var options = new OtlpOptions { Endpoint = endpoint };
        Assert.Empty(options.Validate(new ValidationContext(options)));
        Assert.Equal(url, options.TracesUrl?.ToString());
    }

    [Theory]
    [InlineData("collector:4318")]
    [InlineData("http://collector.example:4318")]
    [InlineData("https://user:secret@collector.example")]
    public void Any_other_address_is_told(string endpoint)
    {
        var options = new OtlpOptions { Endpoint = endpoint };
        Assert.StartsWith("Otlp__Endpoint ", Assert.Single(options.Validate(new ValidationContext(options))).ErrorMessage, StringComparison.Ordinal);
    }
}
