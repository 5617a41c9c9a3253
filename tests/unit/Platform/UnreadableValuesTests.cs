using System.ComponentModel.DataAnnotations;
using LarkService.Platform;
using LarkService.Platform.Configuration;

namespace LarkService.UnitTests.Platform;

public sealed class UnreadableValuesTests
{
    [Fact]
    public void Everything_that_does_not_read_is_told_at_once() => Assert.Equal(
        [
            "Sample__Pause is 'soon', which does not read as a duration: write hh:mm:ss.",
            "Sample__Enabled is 'perhaps', which does not read as true or false.",
            "Sample__Brand is 'Slack', which does not read as one of Feishu, Lark.",
            "Sample__Entries__0__Count is 'many', which does not read as a whole number.",
            "Sample__Entries__1__Count is '99999999999', which does not read as a whole number.",
            "Sample__ByName__x is 'one', which does not read as a whole number.",
            "Sample__Port is 'http', which does not read as a whole number.",
        ],
        Settings.FaultsOf<SampleOptions>(
            ("Sample__Pause", "soon"), ("Sample__Enabled", "perhaps"), ("Sample__Brand", "Slack"), ("Sample__Entries__0__Count", "many"),
            ("Sample__Entries__1__Count", "99999999999"), ("Sample__ByName__x", "one"), ("Sample__Port", "http"), ("Sample__Name", "any text")));

    [Fact]
    public void What_reads_is_no_fault() => Assert.Empty(Settings.FaultsOf<SampleOptions>(
        ("Sample__Pause", "00:00:05"), ("Sample__Enabled", "True"), ("Sample__Brand", "lark"), ("Sample__Entries__0__Count", "7"),
        ("Sample__ByName__x", "1"), ("Sample__Port", "443"), ("Sample__Key", "s3cret"), ("Sample__Unknown", "is nobody's")));

    [Fact]
    public void A_number_is_no_name_of_a_case() =>
        Assert.Equal(["Sample__Brand is '7', which does not read as one of Feishu, Lark."], Settings.FaultsOf<SampleOptions>(("Sample__Brand", "7")));

    [Fact]
    public void An_empty_value_stands_for_none_where_none_is_allowed() => Assert.Empty(Settings.FaultsOf<SampleOptions>(("Sample__Port", "")));

    [Fact]
    public void An_empty_value_is_a_fault_where_one_is_needed() => Assert.Single(Settings.FaultsOf<SampleOptions>(("Sample__Pause", "")));

    [Fact]
    public void The_options_own_checks_run_when_everything_reads() => Assert.Equal(
        ["Sample__Pause is -00:00:01: it must be between 00:00:00 and 01:00:00 (hh:mm:ss).", "Sample__Port is 70000: it must be between 1 and 65535."],
        Settings.FaultsOf<SampleOptions>(("Sample__Pause", "-00:00:01"), ("Sample__Port", "70000")));

    internal sealed record SampleOptions : ICheckedOptions
    {
        public static string Section => "Sample";

        public string? Name { get; init; }

        public TimeSpan Pause { get; init; }

        public bool Enabled { get; init; }

        public Brand Brand { get; init; }

        public Secret? Key { get; init; }

        public IReadOnlyList<Entry> Entries { get; init; } = [];

        public Dictionary<string, int> ByName { get; init; } = [];

        public int? Port { get; init; }

        public IEnumerable<ValidationResult> Validate(ValidationContext context) => new[]
        {
            Mend.Range("Sample__Pause", Pause, TimeSpan.Zero, TimeSpan.FromHours(1)),
            Mend.Range("Sample__Port", Port ?? 1, 1, 65535),
        }.OfType<ValidationResult>();
    }

    internal sealed record Entry
    {
        public int Count { get; init; }
    }
}
