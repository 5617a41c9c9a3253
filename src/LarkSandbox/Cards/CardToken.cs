namespace LarkSandbox.Cards;

/// <summary>The token of one click.</summary>
internal sealed record CardToken(string Value, string MessageId, DateTimeOffset IssuedAt)
{
    public bool Answered { get; set; }

    public int Uses { get; set; }
}
