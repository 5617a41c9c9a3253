namespace LarkSandbox.Aily;

/// <summary>How a run will end. People choose with the words "sandbox:fail" and "sandbox:ask" in their message.</summary>
internal enum RunEnding
{
    Completes,
    Fails,
    AsksBack,
}
