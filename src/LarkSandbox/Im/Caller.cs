namespace LarkSandbox.Im;

/// <summary>Who calls: the app itself, or the app for a person.</summary>
internal sealed record Caller(string? OpenId)
{
    public bool IsApp => OpenId is null;
}
