using LarkService.Hosting;

namespace LarkService.UnitTests.Hosting;

public sealed class ProgressBarTests
{
    private readonly StringWriter _said = new();

    [Fact]
    public void Where_nobody_watches_there_is_a_line_for_every_tenth()
    {
        Run(200, onTerminal: false);

        var lines = _said.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(11, lines.Length);
        Assert.Equal(("Working   0 % (0 of 200)", "Working  50 % (100 of 200)", "Working 100 % (200 of 200)"), (lines[0], lines[5], lines[10]));
        Assert.DoesNotContain('\r', _said.ToString().Replace("\r\n", "\n", StringComparison.Ordinal));
    }

    [Fact]
    public void On_a_terminal_one_line_grows_in_place()
    {
        Run(4, onTerminal: true);

        Assert.Equal(
            ["", "[..............................] Working   0 % (0 of 4)", "[#######.......................] Working  25 % (1 of 4)", "[###############...............] Working  50 % (2 of 4)"],
            _said.ToString().Split('\r').Take(4));
        Assert.EndsWith("100 % (4 of 4)" + Environment.NewLine, _said.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_to_do_is_done_and_more_than_expected_is_no_more_than_all()
    {
        using (var bar = new ProgressBar("Working", 0, _said, onTerminal: false))
        {
            bar.Report(0);
            bar.Report(7);
        }

        Assert.Equal("Working 100 % (0 of 0)", _said.ToString().TrimEnd());
    }

    private void Run(int total, bool onTerminal)
    {
        using var bar = new ProgressBar("Working", total, _said, onTerminal);
        bar.Report(0);
        for (var i = 0; i < total; i++)
        {
            bar.Report(1);
        }
    }
}
