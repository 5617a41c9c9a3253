using System.Reflection;
using System.Text.RegularExpressions;
using LarkService.Platform;
using LarkService.Platform.Configuration;
using LarkService.UnitTests.Architecture;

namespace LarkService.UnitTests.Platform;

/// <summary><c>.env.example</c> is where people look up what can be set.</summary>
public sealed partial class EnvExampleTests
{
    // Sections of the contract; the options types below say more about those that exist.
    private static readonly string[] Sections =
    [
        "Lark", "LongConnection", "Authorization", "Database", "ConnectionStrings", "Encryption", "Api", "Alerts", "Schedule", "Webhooks",
        "Monitoring", "Otlp",
    ];

    private static readonly IReadOnlyDictionary<string, Type> Options = typeof(Secret).Assembly.GetTypes()
        .Where(t => t is { IsAbstract: false, IsInterface: false } && t.IsAssignableTo(typeof(ICheckedOptions)))
        .ToDictionary(t => (string)t.GetProperty("Section", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!, StringComparer.Ordinal);

    private static readonly IReadOnlyList<string> Keys =
        [.. Key().Matches(Repository.Read(".env.example")).Select(m => m.Groups[1].Value).Where(k => k != "ASPNETCORE_URLS")];

    [Fact]
    public void Every_key_belongs_to_a_known_section() => Assert.All(Keys, key => Assert.Contains(key.Split("__")[0], Sections));

    [Fact]
    public void Every_key_of_an_existing_section_is_an_option() => Assert.All(
        Keys.Select(key => key.Split("__")).Where(parts => Options.ContainsKey(parts[0])),
        parts => Assert.Contains(parts[1], NamesOf(Options[parts[0]])));

    [Fact]
    public void Every_option_has_a_key() => Assert.All(
        Options.SelectMany(o => NamesOf(o.Value).Select(name => $"{o.Key}__{name}")),
        option => Assert.Contains(Keys, key => key == option || key.StartsWith(option + "__", StringComparison.Ordinal)));

    [Fact]
    public void It_holds_no_secret() => Assert.DoesNotContain(
        Repository.Read(".env.example").Split('\n'), line => SecretWithValue().IsMatch(line));

    private static IEnumerable<string> NamesOf(Type options) =>
        options.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite).Select(p => p.Name);

    [GeneratedRegex(@"(?m)^#?([A-Z]\w+)=")]
    private static partial Regex Key();

    [GeneratedRegex("^#?(?:.*Secret|Encryption__Keys__.*|.*BootstrapKey|.*SigningKey|.*EncryptKey|.*VerificationToken)=.+")]
    private static partial Regex SecretWithValue();
}
