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

    /// <summary>Encrypts and signs what the platform pushes over HTTP; null: it is neither.</summary>
    public Secret? EncryptKey { get; init; }

    /// <summary>What the platform names itself by in pushes over HTTP; null: not asked for.</summary>
    public Secret? VerificationToken { get; init; }

    /// <summary>The company the app lives in; null: learned from the first push.</summary>
    public string? TenantKey { get; init; }

    /// <summary>Pushes over HTTP are taken: there is something to prove them by.</summary>
    public bool ReceivesOverHttp => EncryptKey is not null || VerificationToken is not null;
}
