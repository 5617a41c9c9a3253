using System.Data.Common;
using System.Text.Json;
using LarkService.Data;
using LarkService.Platform;

namespace LarkService.Hosting;

/// <summary>What the commands that work on the database beside a running service have in common.</summary>
internal static class DatabaseCommand
{
    public static async Task<int> RunAsync(WebApplication app, Func<Task<int>> work)
    {
        try
        {
            if ((await app.Services.GetRequiredService<DatabaseSchema>().PendingAsync(CancellationToken.None)).Count > 0)
            {
                await ComplainAsync("The database does not exist yet or lacks migrations. Start the service, or run: LarkService migrate");
                return ExitCodes.Configuration;
            }

            return await work();
        }
        catch (DbException e)
        {
            await ComplainAsync($"The database of ConnectionStrings__Default does not answer ({e.GetType().Name}: {Redaction.Clean(e.Message)}).");
            return ExitCodes.Failed;
        }
    }

    public static Task PrintAsync(string text) => System.Console.Out.WriteLineAsync(text);

    /// <summary>For programs.</summary>
    public static Task PrintAsync<T>(T value)
        where T : class => PrintAsync(JsonSerializer.Serialize(value, JsonSerializerOptions.Web));

    public static Task ComplainAsync(string text) => System.Console.Error.WriteLineAsync(text);
}
