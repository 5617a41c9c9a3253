using LarkSandbox.Hosting;

namespace LarkSandbox.Cards;

/// <summary>Tokens of clicks: each changes its card twice, within 30 minutes, once the callback was answered.</summary>
internal sealed class CardTokens(IssuedSecrets secrets, TimeProvider clock)
{
    private const int Most = 10_000;
    private const int Uses = 2;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, CardToken> _tokens = [];

    public CardToken Issue(string messageId)
    {
        var token = new CardToken(secrets.Add(Ids.CardToken()), messageId, clock.GetUtcNow());
        lock (_gate)
        {
            if (_tokens.Count > Most)
            {
                _tokens.Clear();
            }

            _tokens.Add(token.Value, token);
        }

        return token;
    }

    /// <summary>The platform's code when the token does not serve now; 0 and its message otherwise. Does not count the use.</summary>
    public (int Code, string Msg, CardToken? Token) Check(string? value)
    {
        lock (_gate)
        {
            if (value is null || !_tokens.TryGetValue(value, out var token))
            {
                return (300020, "token format", null);
            }

            return token switch
            {
                _ when clock.GetUtcNow() - token.IssuedAt >= Life => (300030, "token expired after 30 minutes", null),
                { Uses: >= Uses } => (300040, "token used twice already", null),
                { Answered: false } => (300000, "the callback has not been answered yet", null),
                _ => (0, "ok", token),
            };
        }
    }
}
