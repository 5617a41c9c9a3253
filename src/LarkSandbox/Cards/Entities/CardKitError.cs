using LarkSandbox.Hosting;

namespace LarkSandbox.Cards.Entities;

/// <summary>The refusals of <c>cardkit</c>, HTTP 400.</summary>
internal static class CardKitError
{
    public static IResult BadParameter(string what) => Answer.Error(10002, $"Your request contains an invalid request parameter: {what}.");

    public static IResult Unknown() => Answer.Error(200740, "The card entity does not exist");

    public static IResult Expired() => Answer.Error(200750, "The card entity has expired");

    public static IResult StreamingTimedOut() => Answer.Error(200850, "Card streaming timeout");

    public static IResult TooLarge() => Answer.Error(200860, "Card content exceeds limit.");

    public static IResult BadCard(CardProblem problem) => Answer.Error(200220, $"Failed to generate card content: {problem.Message}");

    public static IResult OldSchema() => Answer.Error(300303, "Only schema 2.0 is supported");

    public static IResult StreamingClosed() => Answer.Error(300309, "Card streaming closed");

    public static IResult OnlyText() => Answer.Error(300310, "Only update text");

    public static IResult NoElement() => Answer.Error(300313, "Failed to update element properties: no such element");

    public static IResult SequenceTooLow() => Answer.Error(300317, "The sequence number for operating on the card did not increment consecutively");
}
