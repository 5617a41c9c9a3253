using LarkService.Hosting;
using Microsoft.Extensions.Configuration;

namespace LarkService.UnitTests.Hosting;

public sealed class ListeningAddressTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("http://127.0.0.1:8080")]
    [InlineData("http://+:80;https://*:443")]
    [InlineData("http://localhost:5000/")]
    public void What_the_server_understands_is_no_fault(string? urls) => Assert.Empty(ListeningAddress.Faults(With(urls)));

    [Theory]
    [InlineData("http://127.0.0.1:notaport")]
    [InlineData("8080")]
    [InlineData("ftp://127.0.0.1:21")]
    [InlineData("http://127.0.0.1:80;nonsense")]
    public void What_it_would_take_for_something_else_is_a_fault(string urls) =>
        Assert.Contains("ASPNETCORE_URLS", Assert.Single(ListeningAddress.Faults(With(urls))).ErrorMessage, StringComparison.Ordinal);

    private static IConfiguration With(string? urls) =>
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["urls"] = urls }).Build();
}
