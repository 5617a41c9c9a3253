using LarkService.Hosting;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Hosting;

[Collection(nameof(Alone))]
public sealed class CommandsTests : IDisposable
{
    private readonly string _before = Environment.CurrentDirectory;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lark-unit-");
    private readonly TextWriter _out = Console.Out;
    private readonly TextWriter _error = Console.Error;
    private readonly StringWriter _said = new();
    private readonly StringWriter _complained = new();

    public CommandsTests()
    {
        Environment.CurrentDirectory = _folder.FullName;
        Console.SetOut(_said);
        Console.SetError(_complained);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("help")]
    public async Task Help_names_the_commands_and_the_exit_codes(string word)
    {
        Assert.Equal(0, await Commands.RunAsync([word]));
        Assert.All(["migrate", "keys generate", "keys rotate", "keys verify", "audit verify", "78"], words => Assert.Contains(words, _said.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_version_is_one_line()
    {
        Assert.Equal(0, await Commands.RunAsync(["--version"]));
        Assert.Matches(@"^\d+\.\d+\.\d+\S*$", _said.ToString().TrimEnd());
    }

    [Fact]
    public async Task Every_generated_key_is_32_fresh_bytes()
    {
        Assert.Equal(0, await Commands.RunAsync(["keys", "generate"]));
        Assert.Equal(0, await Commands.RunAsync(["keys", "generate"]));
        var keys = _said.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

        Assert.Equal(2, keys.Distinct().Count());
        Assert.All(keys, key => Assert.Equal(32, Convert.FromBase64String(key).Length));
    }

    [Theory]
    [InlineData("serve")]
    public async Task A_command_that_does_not_exist_is_named_with_the_help(string word)
    {
        Assert.Equal(1, await Commands.RunAsync([word]));
        Assert.StartsWith($"There is no command '{word}'.", _complained.ToString(), StringComparison.Ordinal);
        Assert.Empty(_said.ToString());
    }

    [Theory]
    [InlineData("keys")]
    [InlineData("keys", "rotate", "--force")]
    [InlineData("audit", "repair")]
    public async Task A_command_that_is_not_complete_is_explained(params string[] words)
    {
        Assert.Equal(1, await Commands.RunAsync(words));
        Assert.StartsWith("Usage: LarkService keys generate", _complained.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_that_is_wrong_with_the_configuration_is_told_in_one_message()
    {
        File.WriteAllText(".env", "Encryption__ActiveKeyId=k1\nEncryption__Keys__k1=not-a-key\nAuthorization__Flow=Magic\n");

        Assert.Equal(78, await Commands.RunAsync(["migrate", "--LongConnection:ConnectionsPerApp=99"]));
        var text = _complained.ToString();
        Assert.All(["Lark__Apps__0__AppId", "Encryption__Keys__k1", "Authorization__Flow", "LongConnection__ConnectionsPerApp"], key => Assert.Contains(key, text, StringComparison.Ordinal));
        Assert.StartsWith("LarkService cannot start: 4 configuration values need mending.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("not-a-key", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migrating_twice_is_good()
    {
        File.WriteAllText(".env", $"Encryption__ActiveKeyId=k1\nEncryption__Keys__k1={Some.Key(1).Reveal()}\nLark__Apps__0__AppId={Some.AppId}\nLark__Apps__0__AppSecret=x\n");

        Assert.Equal(0, await Commands.RunAsync(["migrate"]));
        Assert.Equal(0, await Commands.RunAsync(["migrate"]));
        Assert.StartsWith("Applied ", _said.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("The database is up to date.", _said.ToString().TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_file_is_read_and_the_real_environment_and_the_command_line_win_over_it()
    {
        File.WriteAllText(".env", "UnitTest__File=file\nUnitTest__Environment=file\nUnitTest__CommandLine=file\n");
        Environment.SetEnvironmentVariable("UnitTest__Environment", "environment");
        try
        {
            await using var app = ServiceHost.Build(["--UnitTest:CommandLine=command line"]);

            Assert.Equal(
                ("file", "environment", "command line"),
                (app.Configuration["UnitTest:File"], app.Configuration["UnitTest:Environment"], app.Configuration["UnitTest:CommandLine"]));
        }
        finally
        {
            Environment.SetEnvironmentVariable("UnitTest__Environment", null);
        }
    }

    [Fact]
    public async Task The_listening_address_may_stand_in_the_file_too()
    {
        await using (var silent = ServiceHost.Build([]))
        {
            Assert.Equal("http://127.0.0.1:8080", silent.Configuration["urls"]);
        }

        File.WriteAllText(".env", "ASPNETCORE_URLS=http://127.0.0.1:9123\n");
        await using (var told = ServiceHost.Build([]))
        {
            Assert.Equal("http://127.0.0.1:9123", told.Configuration["urls"]);
        }

        await using (var overruled = ServiceHost.Build(["--urls=http://127.0.0.1:9124"]))
        {
            Assert.Equal("http://127.0.0.1:9124", overruled.Configuration["urls"]);
        }
    }

    public void Dispose()
    {
        Console.SetOut(_out);
        Console.SetError(_error);
        Environment.CurrentDirectory = _before;
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }
}
