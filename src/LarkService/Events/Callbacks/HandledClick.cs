namespace LarkService.Events.Callbacks;

/// <summary>What a handler made of a click.</summary>
/// <param name="Body">The response; null when there is nothing to say.</param>
/// <param name="Given">As the handler gave it.</param>
internal sealed record HandledClick(ReadOnlyMemory<byte>? Body, CallbackAnswer Given);
