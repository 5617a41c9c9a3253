using LarkService.Platform;

namespace LarkService.Authorization.Flows;

/// <summary>A fresh way to consent: the page to open, and what we need to recognise the answer. Everything secret is sealed.</summary>
internal sealed record ConsentLink
{
    public required Secret Page { get; init; }

    public required string SealedPage { get; init; }

    /// <summary>Redirect flow.</summary>
    public string? StateHash { get; init; }

    /// <summary>Redirect flow.</summary>
    public string? SealedVerifier { get; init; }

    /// <summary>Device flow.</summary>
    public string? SealedDeviceCode { get; init; }

    /// <summary>Device flow: least seconds between polls.</summary>
    public int PollSeconds { get; init; }

    /// <summary>Device flow: before the user has clicked we only look now and then, in case the click is lost; null when there is no room even for that.</summary>
    public DateTimeOffset? FirstPollAt { get; init; }
}
