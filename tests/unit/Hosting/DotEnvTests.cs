using LarkService.Hosting;

namespace LarkService.UnitTests.Hosting;

public sealed class DotEnvTests
{
    [Fact]
    public void Keys_become_paths_of_the_configuration_and_values_lose_their_quotes()
    {
        var read = Read("""
            # a comment
              # another

            Lark__Apps__0__AppId=cli_1
            export Lark__Apps__0__AppSecret = "with = and # inside"
            Single='it''s'
            Empty=
            Blank =   padded value
            Half="open
            no line of ours
            =nameless
            ConnectionStrings__Default=Host=db;Password=a=b
            Twice=1
            Twice=2
            """);

        Assert.Equal(
            new Dictionary<string, string?>
            {
                ["Lark:Apps:0:AppId"] = "cli_1",
                ["Lark:Apps:0:AppSecret"] = "with = and # inside",
                ["Single"] = "it''s",
                ["Empty"] = "",
                ["Blank"] = "padded value",
                ["Half"] = "\"open",
                ["ConnectionStrings:Default"] = "Host=db;Password=a=b",
                ["Twice"] = "2",
            },
            read);
    }

    [Fact]
    public void Files_from_other_systems_are_read_alike() => Assert.Equal(
        [("A:B", "1"), ("C", "2")], Read("\uFEFFA__B=1\r\nexport C='2'\r\n").Select(p => (p.Key, p.Value)));

    [Fact]
    public void Keys_are_the_same_in_any_case() => Assert.Equal("2", Read("LARK__X=1\nLark__x=2")["lark:X"]);

    [Fact]
    public void Without_a_file_there_is_nothing() => Assert.Empty(DotEnv.Read(Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"))));

    private static Dictionary<string, string?> Read(string text)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, text);
            return DotEnv.Read(file);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
