using System.Text;
using LarkSandbox.Hosting;
using LarkSandbox.Network;

namespace LarkSandbox.Faults;

/// <summary><c>/sandbox/api/faults</c>: trouble with the long connection, from the cable up to its frames.</summary>
internal sealed class LineFaultsApi(Troubles troubles)
{
    private const int Minute = 60_000;
    private const double Longest = 3600;

    public IResult DropConnections() => FaultAnswer.Say($"Cut {FaultAnswer.Count(troubles.DropConnections(), "connection")}. The service should be back within a second or two.");

    public async Task<IResult> SilenceAsync(HttpContext http, CancellationToken ct)
    {
        var input = await FaultInput.ReadAsync(http.Request, ["seconds"], ct);
        var seconds = input.Number("seconds", 0.1, Longest) ?? 30;
        return FaultAnswer.Do(input, () =>
            FaultAnswer.Text($"{FaultAnswer.Count(troubles.Silence(TimeSpan.FromSeconds(seconds)), "connection")} silent for {seconds:0.#} s: the sockets stay open, but nothing passes."));
    }

    public async Task<IResult> NetworkAsync(HttpContext http, CancellationToken ct)
    {
        var input = await FaultInput.ReadAsync(http.Request, ["latencyMs", "jitterMs", "bytesPerSecond", "silent", "refuseConnects"], ct);
        var now = troubles.Network;
        var next = new NetworkConditions
        {
            Latency = Span(input.Number("latencyMs", 0, Minute)) ?? now.Latency,
            Jitter = Span(input.Number("jitterMs", 0, Minute)) ?? now.Jitter,
            BytesPerSecond = input.IsNull("bytesPerSecond") ? null : input.Whole("bytesPerSecond", 1, 1_000_000_000) ?? now.BytesPerSecond,
            Silent = input.Flag("silent") ?? now.Silent,
            RefuseConnects = input.Flag("refuseConnects") ?? now.RefuseConnects,
        };
        return FaultAnswer.Do(input, () =>
        {
            troubles.Network = next;
            return Words(next) + troubles.DirectNote;
        });
    }

    public Task<IResult> VanishAsync(HttpContext http, CancellationToken ct) => OnLinesAsync(http, troubles.Vanish, "Vanished without a word", ct);

    public Task<IResult> CutAsync(HttpContext http, CancellationToken ct) => OnLinesAsync(http, troubles.Cut, "Cut with an RST", ct);

    public Task<IResult> HalfCloseAsync(HttpContext http, CancellationToken ct) => OnLinesAsync(http, troubles.HalfClose, "Half closed, the service's half of it", ct);

    public async Task<IResult> FramesAsync(HttpContext http, CancellationToken ct)
    {
        var input = await FaultInput.ReadAsync(http.Request, ["loss", "pushLoss", "ackLoss", "pongLoss", "duplicates", "reorderMs"], ct);
        var (now, all) = (troubles.Frames, input.Number("loss", 0, 100));
        var next = new FrameConditions
        {
            PushLoss = input.Number("pushLoss", 0, 100) ?? all ?? now.PushLoss,
            AckLoss = input.Number("ackLoss", 0, 100) ?? all ?? now.AckLoss,
            PongLoss = input.Number("pongLoss", 0, 100) ?? all ?? now.PongLoss,
            Duplicates = input.Number("duplicates", 0, 100) ?? now.Duplicates,
            ReorderWithin = Span(input.Number("reorderMs", 0, Minute)) ?? now.ReorderWithin,
        };
        return FaultAnswer.Do(input, () => troubles.Frames = next, $"Lost: {next.PushLoss:0.#} % of pushes, {next.AckLoss:0.#} % of acks, {next.PongLoss:0.#} % of pongs. Twice: {next.Duplicates:0.#} % of events. Pushes overtake each other within {next.ReorderWithin.TotalMilliseconds:0} ms.");
    }

    public async Task<IResult> SplitAsync(HttpContext http, CancellationToken ct)
    {
        var input = await FaultInput.ReadAsync(http.Request, ["bytes", "reorder"], ct);
        var (bytes, reorder) = (input.Whole("bytes", 0, 4 * 1024 * 1024) ?? 0, input.Flag("reorder") ?? false);
        return FaultAnswer.Do(input, () =>
        {
            troubles.Board.SplitAbove = bytes > 0 ? bytes : null;
            troubles.Board.ReorderPackets = reorder;
            return bytes > 0 ? FaultAnswer.Text($"Payloads above {bytes} bytes are split{(reorder ? ", last packet first" : "")}.") : "Payloads are sent whole.";
        });
    }

    public async Task<IResult> DuplicateAsync(HttpContext http, CancellationToken ct)
    {
        var input = await FaultInput.ReadAsync(http.Request, ["times"], ct);
        var times = input.Whole("times", 1, 100_000) ?? 1;
        return FaultAnswer.Do(input, () => troubles.Board.DuplicateNextEvents(times), $"The next {FaultAnswer.Count(times, "event")} will be pushed twice.");
    }

    /// <summary><c>config</c>: that JSON; <c>text</c>: those bytes, be they JSON or not; <c>config: null</c>: as it should be.</summary>
    public async Task<IResult> PongConfigAsync(HttpContext http, CancellationToken ct)
    {
        var input = await FaultInput.ReadAsync(http.Request, ["config", "text"], ct);
        input.Demand(input.Has("config") != input.Has("text"), "Give config (JSON, or null for the usual one) or text.");
        var payload = input.Node("config") is { } config ? Json.Write(config) : input.Text("text");
        input.Demand(payload is null || Encoding.UTF8.GetByteCount(payload) <= 64 * 1024, "A pong carries at most 64 KB.");
        return FaultAnswer.Do(input, () =>
        {
            troubles.Board.PongPayload = payload;
            return payload is null ? "Pongs carry the whole ClientConfig again." : $"Pongs carry: {(payload.Length > 200 ? payload[..200] + "…" : payload)}";
        });
    }

    public async Task<IResult> RefuseHandshakeAsync(HttpContext http, CancellationToken ct)
    {
        var input = await FaultInput.ReadAsync(http.Request, ["status", "autherrcode", "msg", "http", "times"], ct);
        var status = input.Whole("status", 100, 99_999);
        var usual = status is 403 ? StatusCodes.Status403Forbidden : status is null ? StatusCodes.Status502BadGateway : StatusCodes.Status400BadRequest;
        var (code, text, answer, times) = ((long?)input.Number("autherrcode", 1, 99_999_999_999), input.Text("msg") ?? "refused on purpose", input.Whole("http", 300, 599) ?? usual, input.Whole("times", 0, 100_000) ?? 1);
        input.Demand(text.All(c => c is >= ' ' and <= '~'), "msg must be plain ASCII: it travels in a header.");
        input.Demand(code is null || status is not null, "autherrcode goes with a status (514).");
        return FaultAnswer.Do(
            input,
            () => troubles.RefuseHandshake(times == 0 ? null : new(status, code, text, answer), times),
            $"The next {FaultAnswer.Count(times, "handshake")} will be refused with {new HandshakeRefusal(status, code, text, answer)}.");
    }

    private static async Task<IResult> OnLinesAsync(HttpContext http, Func<string?, IReadOnlyList<string>> act, string done, CancellationToken ct)
    {
        var input = await FaultInput.ReadAsync(http.Request, ["connection"], ct);
        var connection = input.Text("connection");
        return FaultAnswer.Do(input, () => act(connection) is { Count: > 0 } hit
            ? $"{done}: {string.Join(", ", hit)}."
            : $"{(connection is null ? "No open connection" : $"No open connection {connection}")} passes the relay. New ones will: drop the connections once.");
    }

    private static string Words(NetworkConditions now) => now == NetworkConditions.Perfect
        ? "The line is perfect again."
        : FaultAnswer.Text($"The line: {now.Latency.TotalMilliseconds:0} ms later{(now.Jitter > TimeSpan.Zero ? FaultAnswer.Text($" and up to {now.Jitter.TotalMilliseconds:0} ms more") : "")} in each direction, {(now.BytesPerSecond is { } rate ? FaultAnswer.Text($"{rate} bytes/s") : "any speed")}{(now.Silent ? ", nothing passes" : "")}{(now.RefuseConnects ? ", new connections are refused" : "")}.");

    private static TimeSpan? Span(double? milliseconds) => milliseconds is { } ms ? TimeSpan.FromMilliseconds(ms) : null;
}
