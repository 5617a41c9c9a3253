namespace LarkSandbox.Cards;

/// <summary>Why the platform does not take a card: its sub-code and what is wrong where.</summary>
internal sealed record CardProblem(int ErrCode, string Message)
{
    public const int BadJson = 200621;
    public const int OldTag = 200861;
    public const int TooManyElements = 11310;
    public const int TemplateUnknown = 200380;
    public const int BadFormName = 200530;
}
