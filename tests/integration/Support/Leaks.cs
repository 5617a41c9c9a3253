using System.Text.RegularExpressions;

namespace LarkService.IntegrationTests.Support;

/// <summary>Looks for secrets where none may be: in the database and in everything the service ever printed.</summary>
internal static partial class Leaks
{
    /// <summary>Long values are looked for piece by piece: pages of a file and lines of a log may cut them.</summary>
    private const int Piece = 32;

    /// <summary>User tokens begin alike; the head alone tells nothing.</summary>
    private const int TokenHead = 40;

    /// <param name="scene">Whose database and output are searched.</param>
    /// <param name="more">Other places to search, by their name.</param>
    public static async Task NoneAsync(Scene scene, params (string Place, string Content)[] more)
    {
        var needles = Secrets(scene).SelectMany(Pieces).Distinct(StringComparer.Ordinal).ToList();
        Assert.NotEmpty(needles);
        List<(string Place, string Content)> places = [.. more, .. await scene.Database.EverythingAsync(), .. scene.AllOutput.Select((line, number) => ($"output line {number}: {line}", line))];
        Assert.NotEmpty(places);
        var leaks =
            from needle in needles
            from place in places
            where place.Content.Contains(needle, StringComparison.Ordinal)
            select $"{needle} in {place.Place}";
        Assert.Empty(leaks);
    }

    private static IEnumerable<string> Secrets(Scene scene) =>
    [
        .. scene.Platform.IssuedSecrets,
        scene.EncryptionKey,
        .. scene.Options.Settings.Where(s => s.Key.StartsWith("Encryption:Keys:", StringComparison.Ordinal)).Select(s => s.Value),
        scene.BootstrapKey,
        .. scene.Platform.Messages.SelectMany(m => m.Versions).SelectMany(v => State().Matches(v.Card.ToJsonString()).Select(m => m.Groups[1].Value)),
    ];

    private static IEnumerable<string> Pieces(string secret)
    {
        if (secret.Length < 2 * Piece)
        {
            return [secret];
        }

        var rest = secret.StartsWith("eyJ", StringComparison.Ordinal) ? secret[TokenHead..] : secret;
        return rest.Chunk(Piece).Where(c => c.Length == Piece).Select(c => new string(c));
    }

    [GeneratedRegex("[?&]state=([A-Za-z0-9_-]{20,})")]
    private static partial Regex State();
}
