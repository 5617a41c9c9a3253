using System.Globalization;
using System.Text.Json.Nodes;
using LarkSandbox.Chat;

namespace LarkSandbox.Apaas.Applications;

/// <summary>People as aPaaS knows them: by a number of its own, or by their e-mail address.</summary>
internal sealed class FlowOperators(TenantDirectory directory)
{
    private const long FirstId = 1_800_000_000_000_001;

    /// <summary>The person's id in aPaaS.</summary>
    public long IdOf(DemoUser user) => FirstId + directory.Users.TakeWhile(u => u.OpenId != user.OpenId).Count();

    /// <summary>Whom <c>{"_id"}</c> or <c>{"email"}</c> names; both must name the same person. Throws <see cref="FormatException"/> for nobody.</summary>
    public DemoUser Find(JsonObject named)
    {
        var id = (named["_id"] as JsonValue)?.ToString();
        var email = (named["email"] as JsonValue)?.ToString();
        if (id is null && email is null)
        {
            throw new FormatException("operator needs _id or email");
        }

        var found = directory.Users.FirstOrDefault(u =>
            (id is null || id == IdOf(u).ToString(CultureInfo.InvariantCulture)) && (email is null || string.Equals(email, u.Email, StringComparison.OrdinalIgnoreCase)));
        return found is null || directory.HasLeft(found.OpenId) ? throw new FormatException("operator does not exist") : found;
    }
}
