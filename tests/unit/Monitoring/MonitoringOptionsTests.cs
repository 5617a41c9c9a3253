using System.ComponentModel.DataAnnotations;
using LarkService.Monitoring;
using Microsoft.Extensions.Configuration;

namespace LarkService.UnitTests.Monitoring;

public sealed class MonitoringOptionsTests
{
    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    [InlineData(9464)]
    [InlineData(65535)]
    public void A_port_that_is_free_to_choose_is_fine(int? port) => Assert.Null(Fault(port));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65536)]
    public void A_port_that_does_not_exist_is_told(int port) => Assert.Contains($"Monitoring__MetricsPort is {port}: it must be between 1 and 65535", Fault(port), StringComparison.Ordinal);

    [Theory]
    [InlineData("http://127.0.0.1:9464")]
    [InlineData("http://0.0.0.0:8080;http://[::1]:9464")]
    [InlineData("http://*:9464")]
    [InlineData("http://+:9464")]
    public void The_port_of_the_service_itself_is_told(string urls) => Assert.Contains("where the service itself listens (ASPNETCORE_URLS)", Fault(9464, urls), StringComparison.Ordinal);

    private static string? Fault(int? port, string urls = "http://127.0.0.1:8080")
    {
        var options = new MonitoringOptions { MetricsPort = port };
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("urls", urls)]).Build();
        return options.Validate(new ValidationContext(options, new Dictionary<object, object?> { [typeof(IConfiguration)] = configuration })).SingleOrDefault()?.ErrorMessage;
    }
}
