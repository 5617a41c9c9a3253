using System.Collections.Concurrent;
using System.Diagnostics;

namespace LarkService.ProxyBench;

/// <summary>Requests at one target.</summary>
/// <param name="target">Where.</param>
/// <param name="key">What its callers show.</param>
/// <param name="openIds">In whose names, in turn.</param>
/// <param name="token">What they bring along where nobody gives them one; null: nothing.</param>
/// <param name="prefix">Before <c>/open-apis</c>.</param>
internal sealed class Load(Uri target, string key, IReadOnlyList<string> openIds, string? token = null, string prefix = Load.Own) : IDisposable
{
    public const string Yard = "/api/v1/yard";
    private const string Own = "/api/v1/lark";
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, MaxConnectionsPerServer = 512 });
    private readonly byte[] _scratch = new byte[64 * 1024];
    private int _next;

    /// <summary>As many as go, from so many callers who each wait for their answer.</summary>
    /// <returns>Requests a second.</returns>
    public async Task<double> ClosedAsync(int callers, TimeSpan span, params string[] paths)
    {
        var done = 0L;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            while (clock.Elapsed < span)
            {
                await GetAsync(paths);
                Interlocked.Increment(ref done);
            }
        })));
        return done / clock.Elapsed.TotalSeconds;
    }

    /// <summary>So many a second, whether or not the earlier ones are answered: who is slow is not spared the next.</summary>
    /// <returns>How long each took, sorted, in milliseconds.</returns>
    public async Task<double[]> OpenAsync(int perSecond, TimeSpan span, params string[] paths)
    {
        var took = new ConcurrentBag<double>();
        var all = new List<Task>();
        var clock = Stopwatch.StartNew();
        var started = 0;
        while (clock.Elapsed < span)
        {
            for (var due = (int)(clock.Elapsed.TotalSeconds * perSecond); started < due; started++)
            {
                all.Add(TimedAsync(took, paths));
            }

            await Task.Delay(1);
        }

        await Task.WhenAll(all);
        return [.. took.Order()];
    }

    public async Task DownloadAsync()
    {
        using var request = Request(HttpMethod.Get, PlatformServer.Root + "/download");
        using var answer = await _http.SendAsync(request, CancellationToken.None);
        answer.EnsureSuccessStatusCode();
        await using var body = await answer.Content.ReadAsStreamAsync();
        var all = 0L;
        int read;
        while ((read = await body.ReadAsync(_scratch)) > 0)
        {
            all += read;
        }

        Must(all == Measurements.Transfer, $"{all} bytes came.");
    }

    public async Task UploadAsync()
    {
        using var request = Request(HttpMethod.Post, PlatformServer.Root + "/upload");
        request.Content = new Zeros(Measurements.Transfer);
        using var answer = await _http.SendAsync(request, CancellationToken.None);
        var text = await answer.Content.ReadAsStringAsync();
        Must(text.Contains($"{Measurements.Transfer}", StringComparison.Ordinal), text);
    }

    public void Dispose() => _http.Dispose();

    private async Task TimedAsync(ConcurrentBag<double> took, string[] paths)
    {
        var from = Stopwatch.GetTimestamp();
        await GetAsync(paths);
        took.Add(Stopwatch.GetElapsedTime(from).TotalMilliseconds);
    }

    private async Task GetAsync(string[] paths)
    {
        var number = Interlocked.Increment(ref _next);
        using var request = Request(HttpMethod.Get, PlatformServer.Root + paths[number % paths.Length], number);
        using var answer = await _http.SendAsync(request, CancellationToken.None);
        await answer.Content.CopyToAsync(Stream.Null);
        Must(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}");
    }

    private HttpRequestMessage Request(HttpMethod method, string path, int number = 0)
    {
        var request = new HttpRequestMessage(method, new Uri(target, prefix + path));
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key);
        request.Headers.TryAddWithoutValidation("X-Lark-Open-Id", openIds[number % openIds.Count]);
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Token", token);
        }

        return request;
    }

    private static void Must(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException(what);
        }
    }

    /// <summary>So many bytes, made as they are sent.</summary>
    private sealed class Zeros(long length) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            var piece = new byte[64 * 1024];
            for (var sent = 0L; sent < length; sent += piece.Length)
            {
                await stream.WriteAsync(piece);
            }
        }

        protected override bool TryComputeLength(out long computed)
        {
            computed = length;
            return true;
        }
    }
}
