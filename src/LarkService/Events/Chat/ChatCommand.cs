namespace LarkService.Events.Chat;

/// <summary>A word that starts with a slash, and what <c>/help</c> says of it.</summary>
/// <param name="Name">With the slash, lower case: <c>/auth</c>.</param>
/// <param name="HelpEn">One line in English.</param>
/// <param name="HelpZh">One line in Chinese.</param>
/// <param name="HelpJa">One line in Japanese.</param>
internal sealed record ChatCommand(string Name, string HelpEn, string HelpZh, string HelpJa);
