using System.Security.Cryptography;
using System.Text;

namespace LarkService.Messaging;

/// <summary>
/// The platform sends at most one message for a <c>uuid</c> within an hour. One derived from what the message is about makes a
/// repeat after a crash harmless.
/// </summary>
internal static class MessageUuid
{
    /// <summary>The platform's limit.</summary>
    public const int MaxChars = 50;

    /// <param name="purpose">Which of the messages about it.</param>
    /// <param name="id">What it is about: a message, a session.</param>
    /// <returns>32 characters, always the same for the same words.</returns>
    public static string For(string purpose, string id) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{purpose}\n{id}")).AsSpan(0, 16));
}
