using System.Globalization;
using System.Text.Json;

namespace LarkService.ProxyBench;

/// <summary>What is measured, and how it is told.</summary>
internal static class Measurements
{
    public const long Transfer = 100L * 1024 * 1024;
    private const int Callers = 32;
    private const int Rounds = 20;
    private static readonly TimeSpan Warm = TimeSpan.FromSeconds(30); // the runtime compiles the busiest methods anew, behind a load that leaves it little time
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan OpenSpan = TimeSpan.FromSeconds(20);
    private static readonly string[] Small = ["/json/300"];
    private static readonly string[] Mixed = ["/json/300", "/json/300", "/json/300", "/json/4000", "/json/4000", "/json/60000"];

    public static async Task RunAsync(Uri platform, Uri yarp, Uri inService, Uri service, string key, int servicePid, IReadOnlyList<string> openIds)
    {
        var token = await TokenAsync(service, key, openIds[0]); // whom nobody gives a token brings it along
        using var direct = new Load(platform, key, openIds, token);
        using var through = new Load(yarp, key, openIds, token);
        using var surrounded = new Load(inService, key, openIds, token, Load.Yard);
        using var ours = new Load(service, key, openIds);
        foreach (var load in (Load[])[direct, through, surrounded, ours])
        {
            await load.ClosedAsync(Callers, Warm, Mixed);
        }

        await ThroughputAsync(through, surrounded, ours);
        await LatencyAsync(direct, through, ours);
        await MemoryAsync(ours, servicePid);
    }

    // Side by side in turns: what else the machine does meets both.
    private static async Task ThroughputAsync(Load through, Load surrounded, Load ours)
    {
        var (theirs, there, mine) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            theirs.Add(await through.ClosedAsync(Callers, Span, Small));
            there.Add(await surrounded.ClosedAsync(Callers, Span, Small));
            mine.Add(await ours.ClosedAsync(Callers, Span, Small));
        }

        Say("throughput, 32 callers", "requests/s", "LarkService to it", "");
        Say("YARP's plain forwarder, alone", $"{Median(theirs):0}", $"{Ratio(mine, theirs):0.00} ×", "");
        Say("YARP's plain forwarder behind the same check of keys, limits, metrics, error pages", $"{Median(there):0}", $"{Ratio(mine, there):0.00} ×", "");
        Say("LarkService", $"{Median(mine):0}", "", "");
    }

    private static async Task LatencyAsync(Load direct, Load through, Load ours)
    {
        Say("open loop, ms", "p50", "p95", "p99");
        var without = await direct.OpenAsync(500, OpenSpan, Small);
        Say("500/s, the platform alone", without);
        Say("500/s, YARP's plain forwarder", await through.OpenAsync(500, OpenSpan, Small));
        var with = await ours.OpenAsync(500, OpenSpan, Small);
        Say("500/s, LarkService", with);
        Say("500/s, our share", $"{At(with, 50) - At(without, 50):0.00}", $"{At(with, 95) - At(without, 95):0.00}", $"{At(with, 99) - At(without, 99):0.00}");
        Say("1000/s mixed reads, LarkService", await ours.OpenAsync(1000, OpenSpan, Mixed));
    }

    private static async Task MemoryAsync(Load ours, int pid)
    {
        Say("100 MB", "more memory", "", "");
        foreach (var (name, transfer) in new (string, Func<Task>)[] { ("download", ours.DownloadAsync), ("upload", ours.UploadAsync) })
        {
            await Task.Delay(TimeSpan.FromSeconds(2));
            var (before, most) = (Resident(pid), 0L);
            var running = transfer();
            while (!running.IsCompleted)
            {
                most = Math.Max(most, Resident(pid));
                await Task.WhenAny(running, Task.Delay(10));
            }

            await running;
            Say(name, $"{(Math.Max(most, Resident(pid)) - before) / 1048576.0:0.0} MB", "", "");
        }
    }

    private static long Resident(int pid) => File.ReadLines($"/proc/{pid}/status")
        .Where(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
        .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024)
        .Single();

    private static async Task<string> TokenAsync(Uri service, string key, string openId)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(service, $"/api/v1/grants/{openId}/token"));
        request.Headers.Authorization = new("Bearer", key);
        using var answer = await http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStreamAsync());
        return json.RootElement.GetProperty("accessToken").GetString()!;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    // Of each round, so that both have met the same machine.
    private static double Ratio(List<double> ours, List<double> theirs) => Median([.. ours.Zip(theirs, (a, b) => a / b)]);

    private static double At(double[] sorted, int percent) => sorted[Math.Min(sorted.Length - 1, sorted.Length * percent / 100)];

    private static void Say(string what, double[] took) => Say(what, $"{At(took, 50):0.00}", $"{At(took, 95):0.00}", $"{At(took, 99):0.00}");

    private static void Say(string what, string a, string b, string c) => System.Console.WriteLine($"| {what} | {a} | {b} | {c} |");
}
