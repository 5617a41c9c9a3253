namespace LarkService.Messaging;

/// <summary>How a button looks (its <c>type</c>).</summary>
internal enum ButtonStyle
{
    /// <summary>Black outline.</summary>
    Default,

    /// <summary>Blue outline: what most people will want.</summary>
    Primary,

    /// <summary>Red outline: cannot be undone.</summary>
    Danger,

    Text,
    PrimaryText,
    DangerText,
    PrimaryFilled,
    DangerFilled,
}
