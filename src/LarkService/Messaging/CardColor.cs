namespace LarkService.Messaging;

/// <summary>Colour of a card's header (its <c>template</c>).</summary>
internal enum CardColor
{
    Default,

    /// <summary>Something is asked or under way.</summary>
    Blue,

    Wathet,
    Turquoise,

    /// <summary>It went well.</summary>
    Green,

    Yellow,

    /// <summary>Needs attention.</summary>
    Orange,

    /// <summary>It failed.</summary>
    Red,

    Carmine,
    Violet,
    Purple,
    Indigo,

    /// <summary>It is over and nothing came of it.</summary>
    Grey,
}
