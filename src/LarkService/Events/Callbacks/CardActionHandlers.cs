namespace LarkService.Events.Callbacks;

/// <summary>A line of the set-up: who answers clicks whose value says this <c>action</c>.</summary>
internal sealed record CardActionRegistration(string Action, Type Handler);

/// <summary>Who answers which click; one handler for each action.</summary>
internal sealed class CardActionHandlers
{
    private readonly Dictionary<string, Type> _byAction = new(StringComparer.Ordinal);
    private readonly IServiceProvider _services;

    public CardActionHandlers(IEnumerable<CardActionRegistration> registrations, IServiceProvider services)
    {
        _services = services;
        foreach (var registration in registrations)
        {
            if (!_byAction.TryAdd(registration.Action, registration.Handler))
            {
                throw new InvalidOperationException($"Card action '{registration.Action}' has two handlers: {_byAction[registration.Action].Name} and {registration.Handler.Name}.");
            }
        }
    }

    public bool Handles(string action) => _byAction.ContainsKey(action);

    public ICardActionHandler For(string action) => (ICardActionHandler)_services.GetRequiredService(_byAction[action]);
}
