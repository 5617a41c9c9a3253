using LarkSandbox.Hosting;

namespace LarkSandbox.Faults;

/// <summary>How a fault's call is answered: with one sentence about what was done, or about what was wrong.</summary>
internal static class FaultAnswer
{
    /// <summary>Acts when the input is right.</summary>
    public static IResult Do(FaultInput input, Action act, FormattableString message) => Do(input, () =>
    {
        act();
        return Text(message);
    });

    public static IResult Do(FaultInput input, Func<string> act) => input.Error is { } error ? Bad(error) : Say(act());

    public static string Text(FormattableString message) => FormattableString.Invariant(message);

    public static string Count(int count, string what) => Text($"{count} {what}{(count == 1 ? "" : "s")}");

    public static IResult Say(string message) => Results.Json(new { message }, Json.Options);

    public static IResult Bad(string error) => Results.Json(new { error }, Json.Options, statusCode: StatusCodes.Status400BadRequest);
}
