namespace LarkService.Messaging;

/// <summary>The card is larger than the platform takes; nothing was sent. Whoever puts text of unknown length into a card asks <see cref="Card.Fits"/> first.</summary>
internal sealed class CardTooLargeException(int bytes) : Exception($"The card has {bytes} bytes; the platform takes {CardLimits.MaxBytes}.")
{
    public int Bytes => bytes;
}
