namespace LarkService.Platform;

/// <summary>One person as one app sees them: an <c>open_id</c> means nothing without the app it belongs to.</summary>
internal readonly record struct UserKey(string AppId, string OpenId);
