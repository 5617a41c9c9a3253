namespace LarkSandbox.HttpPush;

/// <summary>Where the app wants its events and callbacks over HTTP.</summary>
/// <param name="Url">The request URL of the developer console.</param>
/// <param name="EncryptKey">Signs and encrypts; null: pushes go in clear.</param>
internal sealed record CallbackAddress(Uri Url, string? EncryptKey);
