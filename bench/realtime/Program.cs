using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;

namespace LarkService.RealtimeBench;

/// <summary>
/// The load of <c>bench/realtime.sh</c>: clients that are connected, each with a key of its own, and events that are sent to them as another
/// replica would (<c>NOTIFY</c>). From the statement's begin to the event in the client's hands.
/// </summary>
internal static class Program
{
    private static readonly string[] Permissions = ["grants.read"];

    private static async Task<int> Main(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        if (args is not [var service, var bootstrapKey, var connection, var pid, var count])
        {
            await Console.Error.WriteLineAsync("Started by bench/realtime.sh.");
            return 64;
        }

        using var api = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(service) };
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", bootstrapKey);
        var callers = new List<(string Id, string Key)>();
        for (var i = 0; i < int.Parse(count, CultureInfo.InvariantCulture); i++)
        {
            callers.Add(await NewKeyAsync(api, i));
        }

        var idle = Resident(pid);
        var clients = new List<Client>();
        foreach (var (_, key) in callers)
        {
            clients.Add(await Client.ConnectAsync(api.BaseAddress, key));
        }

        var reading = clients.ConvertAll(c => c.ReadAsync());
        var connected = Resident(pid);
        await using var database = new NpgsqlConnection(connection);
        await database.OpenAsync();
        Console.WriteLine($"| {clients.Count} clients | events | arrived | p50 ms | p95 ms | p99 ms | most ms | RSS MB |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        Console.WriteLine($"| before they connect | | | | | | | {idle} |");
        Console.WriteLine($"| connected | | | | | | | {connected} |");
        await MeasureAsync("warm-up", database, pid, clients, 200, 100, i => $"caller key:{callers[i % callers.Count].Id}", 1);
        await MeasureAsync("200 events a second, each to one caller", database, pid, clients, 4000, 200, i => $"caller key:{callers[(i * 7) % callers.Count].Id}", 1);
        await MeasureAsync("2 events a second, each to all of them", database, pid, clients, 40, 2, _ => "everybody", clients.Count);
        clients.ForEach(c => c.Dispose());
        await Task.WhenAll(reading);
        return 0;
    }

    private static async Task MeasureAsync(string what, NpgsqlConnection database, string pid, List<Client> clients, int events, int perSecond, Func<int, string> group, int each)
    {
        clients.ForEach(c => c.Forget());
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < events; i++)
        {
            // At its time, whether or not the one before has arrived.
            var early = TimeSpan.FromSeconds((double)i / perSecond) - Stopwatch.GetElapsedTime(started);
            if (early > TimeSpan.Zero)
            {
                await Task.Delay(early);
            }

            await using var notify = new NpgsqlCommand("SELECT pg_notify('lark_realtime', $1)", database)
            {
                Parameters = { new() { Value = $$$"""{"name":"operation:completed","group":"{{{group(i)}}}","data":{"id":"op_00000000000000000000","state":"succeeded","sent":{{{Stopwatch.GetTimestamp()}}}}}""" } },
            };
            await notify.ExecuteNonQueryAsync();
        }

        var wanted = events * each;
        for (var end = Stopwatch.GetTimestamp(); clients.Sum(c => c.Took.Count) < wanted && Stopwatch.GetElapsedTime(end) < TimeSpan.FromSeconds(10);)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }

        await Task.WhenAll(clients.Select(c => c.PingAsync()));
        double[] took = [.. clients.SelectMany(c => c.Took).Order()];
        double At(double share) => took.Length == 0 ? double.NaN : took[Math.Min(took.Length - 1, (int)(took.Length * share))];
        Console.WriteLine($"| {what} | {events} | {took.Length} of {wanted} | {At(0.5):0.0} | {At(0.95):0.0} | {At(0.99):0.0} | {At(1):0.0} | {Resident(pid)} |");
    }

    private static async Task<(string Id, string Key)> NewKeyAsync(HttpClient api, int number)
    {
        using var answer = await api.PostAsJsonAsync("/api/v1/api-keys", new { name = $"client {number}", permissions = Permissions });
        var made = JsonNode.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync())!;
        return (made["id"]!.ToString(), made["key"]!.ToString());
    }

    private static long Resident(string pid) =>
        long.Parse(File.ReadLines($"/proc/{pid}/status").Single(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
}
