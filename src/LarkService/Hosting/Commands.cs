using System.Reflection;
using System.Security.Cryptography;
using LarkService.Data;
using LarkService.Grants.Sealing;
using LarkService.Platform;
using LarkService.Platform.Configuration;

namespace LarkService.Hosting;

/// <summary>The commands of the binary. They read the same configuration, print for people, and exit 0, 1 or 78.</summary>
internal static class Commands
{
    private const string Help = """
        LarkService: acts on people's behalf in Feishu/Lark, with their consent.

        Usage:
          LarkService                  serve (listens on ASPNETCORE_URLS, default http://127.0.0.1:8080)
          LarkService migrate          bring the database's schema up to date; safe to run twice and side by side
          LarkService events list [--state dead|received] [--app <id>] [--json]
                                       events that were given up, or wait; not their content
          LarkService events replay <event id>|--all [--app <id>] [--json]
                                       dead events are tried again, also beside a running service
          LarkService keys generate    print a new 32-byte key for Encryption__Keys__<id>
          LarkService keys rotate [--json]
                                       seal everything anew with Encryption__ActiveKeyId, also beside a running service;
                                       run again, it goes on where it stopped
          LarkService keys verify [--json]
                                       open everything that is sealed, and tell what does not open
          LarkService audit verify [--json]
                                       tell whether a row of the audit log was changed or removed
          LarkService --help, --version

        Configuration comes from the environment, from .env in the working directory and from appsettings.json beside the
        binary. See .env.example for every key. Exit codes: 0 good, 1 a fault or not finished, 78 configuration.
        """;

    public static async Task<int> RunAsync(string[] args)
    {
        switch (args)
        {
            case ["--help" or "-h" or "help", ..]:
                await Print(Help);
                return ExitCodes.Ok;
            case ["--version", ..]:
                await Print(typeof(Commands).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion);
                return ExitCodes.Ok;
            case ["keys", "generate"]:
                await Print(Convert.ToBase64String(RandomNumberGenerator.GetBytes(EncryptionOptions.KeyBytes)));
                return ExitCodes.Ok;
            case ["keys", "rotate"] or ["keys", "rotate", "--json"]:
                return await WithCheckedAsync([], app => CommandsKeys.RotateAsync(app, json: args.Length == 3));
            case ["keys", "verify"] or ["keys", "verify", "--json"]:
                return await WithCheckedAsync([], app => CommandsKeys.VerifyAsync(app, json: args.Length == 3));
            case ["audit", "verify"] or ["audit", "verify", "--json"]:
                return await WithCheckedAsync([], app => CommandsAudit.VerifyAsync(app, json: args.Length == 3));
            case ["keys" or "audit", ..]:
                await Complain("Usage: LarkService keys generate\n       LarkService keys rotate|verify [--json]\n       LarkService audit verify [--json]");
                return ExitCodes.Failed;
            case ["migrate", .. var rest]:
                return await WithCheckedAsync(rest, MigrateAsync);
            case ["events", .. var rest]:
                if (CommandsEvents.Read(rest) is { } wish)
                {
                    return await WithCheckedAsync([], app => CommandsEvents.RunAsync(app, wish));
                }

                await CommandsEvents.ComplainOfUsageAsync();
                return ExitCodes.Failed;
            case [var unknown, ..] when !unknown.StartsWith('-'):
                await Complain($"There is no command '{unknown}'.\n\n{Help}");
                return ExitCodes.Failed;
            default:
                return await WithCheckedAsync(args, ServeAsync);
        }
    }

    private static async Task<int> WithCheckedAsync(string[] args, Func<WebApplication, Task<int>> command)
    {
        await using var app = ServiceHost.Build(args);
        var faults = CheckedOptions.FaultsIn(app.Services);
        if (faults.Count == 0)
        {
            return await command(app);
        }

        await Complain($"LarkService cannot start: {faults.Count} configuration {(faults.Count == 1 ? "value needs" : "values need")} mending.\n"
            + string.Join('\n', faults.Select(f => "  - " + f))
            + "\nSet them in the environment or in .env; .env.example explains every key.");
        return ExitCodes.Configuration;
    }

    private static async Task<int> ServeAsync(WebApplication app)
    {
        try
        {
            var pending = await app.Services.GetRequiredService<DatabaseSchema>().PrepareAsync(CancellationToken.None);
            if (pending.Count > 0)
            {
                await Complain($"LarkService cannot start: the database lacks {pending.Count} migration(s). Run: LarkService migrate");
                return ExitCodes.Configuration;
            }
        }
        catch (DatabaseInUseException e)
        {
            await Complain($"LarkService cannot start: {e.Message}");
            return ExitCodes.Configuration;
        }
        catch (Exception e) when (e is System.Data.Common.DbException or IOException or UnauthorizedAccessException)
        {
            await Complain($"LarkService cannot start: the database of ConnectionStrings__Default does not open ({e.GetType().Name}: {Redaction.Clean(e.Message)}).");
            return ExitCodes.Failed;
        }

        try
        {
            await app.RunAsync();
            return ExitCodes.Ok;
        }
        catch (IOException e)
        {
            await Complain($"LarkService cannot start: {e.Message}"); // the address is taken
            return ExitCodes.Failed;
        }
    }

    private static async Task<int> MigrateAsync(WebApplication app)
    {
        try
        {
            var applied = await app.Services.GetRequiredService<DatabaseSchema>().MigrateAsync(CancellationToken.None);
            await Print(applied.Count == 0 ? "The database is up to date." : $"Applied {applied.Count} migration(s): {string.Join(", ", applied)}");
            return ExitCodes.Ok;
        }
        catch (System.Data.Common.DbException e)
        {
            await Complain($"The database could not be migrated ({e.GetType().Name}: {Redaction.Clean(e.Message)}).");
            return ExitCodes.Failed;
        }
    }

    private static Task Print(string text) => System.Console.Out.WriteLineAsync(text);

    private static Task Complain(string text) => System.Console.Error.WriteLineAsync(text);
}
