using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests;

/// <summary>A wrong configuration stops the start with one message that helps.</summary>
public sealed class ConfigurationTests
{
    private const int ConfigurationExit = 78;

    [Fact]
    public async Task Without_any_configuration_one_message_names_every_missing_key()
    {
        var (exitCode, output, errors) = await ServiceProcess.RunAsync(new Dictionary<string, string>());

        Assert.Equal(ConfigurationExit, exitCode);
        Assert.Equal("", output);
        Assert.Contains("Lark__Apps__0__AppId is missing", errors, StringComparison.Ordinal);
        Assert.Contains("Encryption__ActiveKeyId is missing", errors, StringComparison.Ordinal);
        Assert.Contains(".env.example", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_wrong_value_is_named_with_the_way_to_mend_it_and_no_secret_is_shown()
    {
        await using var scene = await Scene.PrepareAsync();
        var settings = scene.Settings();
        settings["Lark:Apps:0:AppId"] = "app-1";
        settings["Lark:Apps:0:Brand"] = "Slack";
        settings["Lark:OpenBaseUrl"] = "http://open.example";
        settings["Authorization:Flow"] = "Redirect";
        settings["Authorization:SessionLifetime"] = "00:00:01";
        settings["LongConnection:ConnectionsPerApp"] = "99";
        settings["LongConnection:HeartbeatInterval"] = "often";
        settings["Encryption:Keys:test"] = "this-secret-is-no-key";
        settings["Api:BootstrapKey"] = "shortkey";

        var (exitCode, _, errors) = await ServiceProcess.RunAsync(settings);

        Assert.Equal(ConfigurationExit, exitCode);
        foreach (var key in (string[])["Lark__Apps__0__Brand", "Authorization__RedirectUri", "Authorization__SessionLifetime", "LongConnection__HeartbeatInterval", "Encryption__Keys__test"])
        {
            Assert.Contains(key, errors, StringComparison.Ordinal);
        }

        Assert.Contains("one of Feishu, Lark", errors, StringComparison.Ordinal);
        Assert.Contains("LarkService keys generate", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("this-secret-is-no-key", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("shortkey", errors, StringComparison.Ordinal);
        Assert.DoesNotContain(scene.Options.Sandbox.AppSecret, errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Lark:Apps:0:AppId", "app-1", "Lark__Apps__0__AppId")]
    [InlineData("Lark:Apps:0:AppSecret", "", "Lark__Apps__0__AppSecret")]
    [InlineData("Lark:OpenBaseUrl", "http://open.example", "Lark__OpenBaseUrl")]
    [InlineData("Authorization:RedirectUri", "https://host.example/elsewhere", "Authorization__RedirectUri")]
    [InlineData("LongConnection:ConnectionsPerApp", "99", "LongConnection__ConnectionsPerApp")]
    [InlineData("Encryption:ActiveKeyId", "other", "Encryption__Keys__other")]
    [InlineData("Database:Provider", "Oracle", "Database__Provider")]
    public async Task A_single_wrong_value_stops_the_start(string key, string value, string named)
    {
        await using var scene = await Scene.PrepareAsync();
        var settings = scene.Settings();
        settings[key] = value;

        var (exitCode, _, errors) = await ServiceProcess.RunAsync(settings);

        Assert.Equal(ConfigurationExit, exitCode);
        Assert.Contains("1 configuration value needs mending", errors, StringComparison.Ordinal);
        Assert.Contains(named, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_does_not_open_is_said_without_its_password()
    {
        await using var scene = await Scene.PrepareAsync();
        var settings = scene.Settings();
        settings["Database:Provider"] = "Postgres";
        settings["ConnectionStrings:Default"] = $"Host=127.0.0.1;Port={FreePort.Take()};Username=lark;Password=correct-horse;Database=nowhere;Timeout=3";

        var (exitCode, _, errors) = await ServiceProcess.RunAsync(settings);

        Assert.Equal(1, exitCode);
        Assert.Contains("ConnectionStrings__Default", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("correct-horse", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }
}

/// <summary>PostgreSQL is migrated when its operator says so.</summary>
public sealed class MigrationTests
{
    [Fact]
    public async Task An_empty_PostgreSQL_stops_the_start_and_the_message_names_the_command_which_may_run_twice_and_side_by_side()
    {
        await using var scene = await Scene.PrepareAsync(new() { Engine = Engine.Postgres, OwnProcess = true, EmptyDatabase = true });
        var settings = scene.Settings();

        var (exitCode, _, errors) = await ServiceProcess.RunAsync(settings);
        Assert.Equal(78, exitCode);
        Assert.Contains("LarkService migrate", errors, StringComparison.Ordinal);

        var sideBySide = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ServiceProcess.RunAsync(settings, "migrate")));
        Assert.All(sideBySide, run => Assert.True(run.ExitCode == 0, run.Errors));
        var again = await ServiceProcess.RunAsync(settings, "migrate");
        Assert.Equal(0, again.ExitCode);
        Assert.Contains("up to date", again.Output, StringComparison.Ordinal);

        await scene.StartServiceAsync();
        Assert.Equal(0, await scene.Database.CountAsync("user_grants"));
    }

    [Fact]
    public async Task Migrating_SQLite_twice_is_fine()
    {
        await using var scene = await Scene.PrepareAsync(new() { EmptyDatabase = true });

        Assert.Equal(0, (await ServiceProcess.RunAsync(scene.Settings(), "migrate")).ExitCode);
        Assert.Equal(0, (await ServiceProcess.RunAsync(scene.Settings(), "migrate")).ExitCode);
    }
}
