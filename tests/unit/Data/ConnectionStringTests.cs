using System.ComponentModel.DataAnnotations;
using LarkService.Data;
using Microsoft.Extensions.Configuration;

namespace LarkService.UnitTests.Data;

public sealed class ConnectionStringTests
{
    [Theory]
    [InlineData("Sqlite", "Data Source=data/x.db")]
    [InlineData("Postgres", "Host=127.0.0.1;Database=lark;Username=lark;Password=secret")]
    public void A_string_its_engine_reads_is_no_fault(string provider, string text) => Assert.Empty(Faults(provider, text));

    [Theory]
    [InlineData("Sqlite", "Host=127.0.0.1;Database=lark;Password=hunter2")]
    [InlineData("Sqlite", "foo")]
    [InlineData("Postgres", "Hots=127.0.0.1;Password=hunter2")]
    [InlineData("Postgres", "Data Source=data/x.db;Mode=ReadOnly")]
    public void Another_one_is_a_fault_that_names_the_key_and_repeats_nothing_of_it(string provider, string text)
    {
        var fault = Assert.Single(Faults(provider, text)).ErrorMessage!;

        Assert.Contains("ConnectionStrings__Default", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", fault, StringComparison.Ordinal);
    }

    private static List<ValidationResult> Faults(string provider, string text)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Database:Provider"] = provider }).Build();
        var options = new ConnectionStringOptions { Default = text };
        return [.. options.Validate(new ValidationContext(options, new Dictionary<object, object?> { [typeof(IConfiguration)] = configuration }))];
    }
}
