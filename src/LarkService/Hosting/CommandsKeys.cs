using LarkService.Grants.Sealing;

namespace LarkService.Hosting;

/// <summary><c>keys rotate</c> and <c>keys verify</c>.</summary>
internal static class CommandsKeys
{
    public static Task<int> RotateAsync(WebApplication app, bool json) => DatabaseCommand.RunAsync(app, async () =>
    {
        var active = app.Services.GetRequiredService<TokenSeal>().ActiveKeyId;
        var before = await app.Services.GetRequiredService<SealCheck>().SurveyAsync(CancellationToken.None);
        if (before.Missing.Count > 0)
        {
            await (json ? DatabaseCommand.PrintAsync(new { activeKeyId = active, missingKeys = Missing(before), resealed = 0 }) : Task.CompletedTask);
            await ComplainOfMissingAsync(before);
            await DatabaseCommand.ComplainAsync("Nothing was changed.");
            return ExitCodes.Failed;
        }

        var todo = before.NotOn(active);
        if (todo == 0 && before.Damaged == 0)
        {
            await (json
                ? DatabaseCommand.PrintAsync(new { activeKeyId = active, resealed = 0, left = 0, faults = Array.Empty<SealFault>() })
                : DatabaseCommand.PrintAsync($"All {before.Values} values are sealed with '{active}' already."));
            return ExitCodes.Ok;
        }

        using var bar = ProgressBar.Start("Sealing anew", todo);
        var result = await app.Services.GetRequiredService<KeyRotation>().RunAsync(before, bar, CancellationToken.None);
        await (json
            ? DatabaseCommand.PrintAsync(new { activeKeyId = active, resealed = result.Resealed, left = result.Left, faults = result.Faults })
            : SayAsync(active, result));
        return result.IsComplete ? ExitCodes.Ok : ExitCodes.Failed;
    });

    public static Task<int> VerifyAsync(WebApplication app, bool json) => DatabaseCommand.RunAsync(app, async () =>
    {
        var check = app.Services.GetRequiredService<SealCheck>();
        var active = app.Services.GetRequiredService<TokenSeal>().ActiveKeyId;
        var survey = await check.SurveyAsync(CancellationToken.None);
        IReadOnlyList<SealFault> faults;
        using (var bar = ProgressBar.Start("Opening", survey.Values))
        {
            faults = await check.FaultsAsync(bar, CancellationToken.None);
        }

        var good = faults.Count == 0 && survey.Missing.Count == 0;
        if (json)
        {
            await DatabaseCommand.PrintAsync(new { good, values = survey.Values, activeKeyId = active, keys = survey.Keys, missingKeys = Missing(survey), faults });
        }
        else
        {
            foreach (var key in survey.Keys)
            {
                await DatabaseCommand.PrintAsync($"{key.KeyId}: {key.Values} values{(key.KeyId == active ? ", active" : "")}{(key.Configured ? "" : ", not configured")}");
            }

            await DatabaseCommand.PrintAsync(good ? $"All {survey.Values} sealed values open." : "Not everything opens:");
        }

        await ComplainOfMissingAsync(survey);
        await ComplainOfAsync(json ? [] : faults);
        return good ? ExitCodes.Ok : ExitCodes.Failed;
    });

    private static async Task SayAsync(string active, RotationResult result)
    {
        await DatabaseCommand.PrintAsync($"{result.Resealed} values were sealed anew with '{active}'.");
        if (result.Left > result.Faults.Count)
        {
            await DatabaseCommand.ComplainAsync(
                $"{result.Left} values are sealed with another key: does every running service have Encryption__ActiveKeyId={active}? Then run this again.");
        }

        await ComplainOfAsync(result.Faults);
    }

    private static async Task ComplainOfMissingAsync(SealSurvey survey)
    {
        foreach (var key in survey.Missing)
        {
            await DatabaseCommand.ComplainAsync($"The key '{key.KeyId}' is not configured, and {key.Values} values need it: set Encryption__Keys__{key.KeyId}.");
        }
    }

    private static async Task ComplainOfAsync(IReadOnlyList<SealFault> faults)
    {
        foreach (var fault in faults)
        {
            await DatabaseCommand.ComplainAsync($"{fault.Table}.{fault.Column} of row {fault.Row}: {fault.Why}");
        }
    }

    private static IEnumerable<object> Missing(SealSurvey survey) => survey.Missing.Select(k => new { keyId = k.KeyId, values = k.Values });
}
