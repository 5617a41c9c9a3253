namespace LarkService.Platform;

/// <summary>One app of the open platform, with everything resolved that its calls need.</summary>
internal sealed record LarkApp
{
    /// <summary><c>cli_…</c></summary>
    public required string AppId { get; init; }

    public required Secret AppSecret { get; init; }

    public Brand Brand { get; init; }

    /// <summary>Host of <c>/open-apis</c> and of the long connection's endpoint.</summary>
    public required Uri OpenBase { get; init; }

    /// <summary>Host of the pages a person sees and of device authorization.</summary>
    public required Uri AccountsBase { get; init; }

    /// <summary>Scopes asked for with every consent.</summary>
    public required ScopeSet Scopes { get; init; }

    /// <summary>The Aily app that answers in chat (<c>spring_…__c</c>); null when the bot has none.</summary>
    public string? AilyAppId { get; init; }
}
