namespace LarkService.Grants.Sealing;

/// <summary>A sealed value cannot be opened. The message never holds the value.</summary>
internal sealed class SealException(string message, Exception? inner = null) : Exception(message, inner);
