namespace LarkSandbox.Access;

/// <summary>How often one API was called by one person's token, or by the app itself.</summary>
internal sealed record CallCount(string Api, string? OpenId, long Calls);
