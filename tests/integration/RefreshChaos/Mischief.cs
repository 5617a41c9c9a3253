using LarkService.IntegrationTests.Support;
using Microsoft.Data.Sqlite;

namespace LarkService.IntegrationTests.RefreshChaos;

/// <summary>One piece of trouble after the other, until it is enough.</summary>
internal sealed class Mischief(RefreshScene scene, Engine engine)
{
    private const string TokenEndpoint = "/open-apis/authen/v2/oauth/token";
    private readonly Dictionary<string, int> _done = [];

    /// <summary>How often of each kind.</summary>
    public string Tally => string.Join(", ", _done.OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => $"{d.Value} × {d.Key}"));

    public async Task CauseAsync()
    {
        var board = scene.Scene.Platform.Faults.Board;
        var kind = Random.Shared.Next(engine == Engine.Postgres ? 7 : 6);
        switch (kind)
        {
            case 0:
                Count("kill -9");
                await scene.Mortals[Random.Shared.Next(scene.Mortals.Count)].KillAndStartAsync();
                break;
            case 1:
                Count("answer lost");
                board.LoseNextAnswer(TokenEndpoint);
                break;
            case 2:
                Count("20050");
                board.FailNext(TokenEndpoint, 500, """{"code":20050,"error":"server_error"}""", times: 1 + Random.Shared.Next(3));
                break;
            case 3:
                Count("20072");
                board.FailNext(TokenEndpoint, 503, """{"code":20072,"error":"temporarily_unavailable"}""", times: 1 + Random.Shared.Next(3));
                break;
            case 4:
                Count("slow answer");
                board.DelayNext(TokenEndpoint, TimeSpan.FromSeconds(3));
                break;
            case 5:
                Count("slow database");
                await HoldDatabaseAsync(TimeSpan.FromSeconds(0.5 + (1.5 * Random.Shared.NextDouble())));
                break;
            default:
                Count("clock jump");
                scene.Scene.Clock.Advance(TimeSpan.FromSeconds(Random.Shared.Next(2) == 0 ? 30 : -30));
                break;
        }

        await Task.Delay(TimeSpan.FromSeconds(0.3 + Random.Shared.NextDouble()), TimeProvider.System);
    }

    private async Task HoldDatabaseAsync(TimeSpan span)
    {
        if (engine == Engine.Postgres)
        {
            await scene.Scene.Database.ExecuteAsync(FormattableString.Invariant($"BEGIN; LOCK TABLE user_grants IN EXCLUSIVE MODE; SELECT pg_sleep({span.TotalSeconds:0.0}); COMMIT"));
            return;
        }

        await using var other = new SqliteConnection(scene.Scene.Database.ConnectionString + ";Pooling=False");
        await other.OpenAsync();
        await using var held = other.BeginTransaction(deferred: false);
        await Task.Delay(span, TimeProvider.System);
        await held.RollbackAsync();
    }

    private void Count(string kind) => _done[kind] = _done.GetValueOrDefault(kind) + 1;
}
