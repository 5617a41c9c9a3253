namespace LarkSandbox.OAuth;

/// <summary>What one token call hands out; without <c>offline_access</c> there is no refresh token.</summary>
internal sealed record TokenPair(IssuedToken Access, IssuedToken? Refresh);
