using LarkSandbox.Hosting;

namespace LarkSandbox.Im;

/// <summary>The messages API's refusals, HTTP 400.</summary>
internal static class ImError
{
    public static IResult BadParameter(string what) => Answer.Error(230001, $"Your request contains an invalid request parameter, ext={what}.");

    public static IResult TooLong() => Answer.Error(230025, "The length of the message content reaches its limit.");

    public static IResult TooFrequent() => Answer.Error(230020, "This operation triggers the frequency limit.");

    public static IResult Card(Cards.CardProblem problem) => Answer.Error(
        230099,
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Failed to create card content, ext=ErrCode: {problem.ErrCode}; ErrMsg: {problem.Message}; "));
}
