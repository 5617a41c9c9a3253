using System.Buffers;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Lark.Wire;
using LarkSandbox.Faults;
using LarkSandbox.Hosting;
using LarkSandbox.Network;
using LarkSandbox.Wire;

namespace LarkSandbox.LongConnection;

/// <summary><c>/ws/v2</c>: the handshake with its refusals, then the receiving side of one connection.</summary>
internal sealed class SocketApi(
    SandboxOptions options,
    Tickets tickets,
    Connections connections,
    Pushes pushes,
    FaultBoard faults,
    FrameFaults frames,
    Outages outages,
    Relay relay,
    WireLog wire,
    ChangeSignal changes,
    TimeProvider clock)
{
    private const int MostBytes = 4 * 1024 * 1024;

    public async Task HandleAsync(HttpContext http)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            Refuse(http, StatusCodes.Status400BadRequest, "400", "not a WebSocket request");
            return;
        }

        if (!Admit(http))
        {
            return;
        }

        using var socket = await AcceptAsync(http);
        using var connection = new SandboxConnection(connections.NextId(), EndpointApi.ServiceId, socket, relay.Find(http.Connection.RemotePort), http.Abort, clock);
        connections.Add(connection);
        var why = "The connection broke.";
        try
        {
            why = await ReceiveAsync(connection, http.RequestAborted);
        }
        catch (Exception problem) when (problem is WebSocketException or OperationCanceledException or IOException)
        {
            // The line is gone; that is all there is to know.
        }
        finally
        {
            connection.MarkClosed();
            connections.Remove(connection, why);
        }
    }

    private async Task<WebSocket> AcceptAsync(HttpContext http)
    {
        try
        {
            return await http.WebSockets.AcceptWebSocketAsync();
        }
        catch
        {
            connections.GiveBack();
            throw;
        }
    }

    private bool Admit(HttpContext http)
    {
        if (outages.Now is Outage.Maintenance)
        {
            Refuse(http, StatusCodes.Status503ServiceUnavailable, "503", "maintenance");
            return false;
        }

        if (faults.TakeHandshakeRefusal() is { } refusal)
        {
            Refuse(http, refusal.Http, refusal.Status?.ToString(CultureInfo.InvariantCulture), refusal.Msg, refusal.AuthErrCode?.ToString(CultureInfo.InvariantCulture));
            return false;
        }

        switch (tickets.Use(http.Request.Query["ticket"]))
        {
            case TicketUse.Unknown:
                Refuse(http, StatusCodes.Status403Forbidden, "403", "forbidden");
                return false;
            case TicketUse.AlreadyUsed:
                Refuse(http, StatusCodes.Status400BadRequest, "514", "ticket already used", "1000040343");
                return false;
            case TicketUse.Expired:
                Refuse(http, StatusCodes.Status400BadRequest, "514", "ticket expired", "1000040343");
                return false;
            default:
                if (!connections.TryAdmit())
                {
                    Refuse(http, StatusCodes.Status400BadRequest, "514", "the number of connections exceeded the limit", "1000040350");
                    return false;
                }

                return true;
        }
    }

    /// <summary>Without a code there are no headers, only the HTTP status.</summary>
    private void Refuse(HttpContext http, int status, string? code, string msg, string? authErrCode = null)
    {
        http.Response.StatusCode = status;
        if (code is not null)
        {
            http.Response.Headers["Handshake-Status"] = code;
            http.Response.Headers["Handshake-Msg"] = msg;
        }

        if (authErrCode is not null)
        {
            http.Response.Headers["Handshake-Autherrcode"] = authErrCode;
        }

        connections.Refused(string.Create(CultureInfo.InvariantCulture, $"Handshake refused: {msg} ({authErrCode ?? code ?? $"HTTP {status}"})."));
    }

    private async Task<string> ReceiveAsync(SandboxConnection connection, CancellationToken ct)
    {
        var message = new ArrayBufferWriter<byte>();
        while (true)
        {
            var received = await connection.Socket.ReceiveAsync(message.GetMemory(8192), ct);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                if (connection.Socket.State != WebSocketState.CloseReceived)
                {
                    return "The service answered the goodbye.";
                }

                await connection.Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, ct);
                return "The service said goodbye.";
            }

            message.Advance(received.Count);
            if (message.WrittenCount > MostBytes)
            {
                await connection.Socket.CloseOutputAsync(WebSocketCloseStatus.MessageTooBig, null, ct);
                return "A message was too big.";
            }

            if (received.EndOfMessage)
            {
                await HandleAsync(connection, received.MessageType, message.WrittenMemory, ct);
                message.ResetWrittenCount();
            }
        }
    }

    private async Task HandleAsync(SandboxConnection connection, WebSocketMessageType type, ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        if (connection.IsSilent)
        {
            return;
        }

        if (type == WebSocketMessageType.Text)
        {
            wire.Counters.Add("text");
            return;
        }

        wire.Counters.Add("binary");
        if (!FrameCodec.TryDecode(bytes.Span, out var frame))
        {
            Report(connection, null, "other", "frame that cannot be read", bytes.Length, "A required field is missing or the bytes are damaged; the frame is ignored and the connection goes on.");
            return;
        }

        if (frame.Method == FrameCodec.Control && frame.Header("type") == "ping")
        {
            await PongAsync(connection, frame, bytes.Length, ct);
        }
        else if (frame.Method == FrameCodec.Data)
        {
            wire.Counters.Add("ack");
            if (frames.LosesAck())
            {
                frames.TellLost(connection.Id, "to-platform", "ack", "The service acknowledged, but the platform never hears of it: the event comes again.");
                return;
            }

            pushes.Acknowledge(connection, frame, bytes.Length);
        }

        changes.Notify();
    }

    private async Task PongAsync(SandboxConnection connection, Frame ping, int bytes, CancellationToken ct)
    {
        wire.Counters.Add("ping");
        connection.LastPingAt = clock.GetUtcNow();
        Report(connection, ping, "ping", "ping", bytes, "A sign of life from the service; three intervals without one and the platform hangs up.");

        if (frames.LosesPong())
        {
            frames.TellLost(connection.Id, "to-service", "pong", "The answer to a ping got lost. Two intervals without one, and the service gives the connection up.");
            connections.Changed();
            return;
        }

        var config = faults.PongPayload ?? Json.Write(ClientConfig.From(options));
        var pong = new Frame
        {
            SeqID = 0,
            LogID = 0,
            Service = ping.Service,
            Method = FrameCodec.Control,
            Payload = ByteString.CopyFromUtf8(config),
        }.With("type", "pong");
        var encoded = FrameCodec.Encode(pong);
        await connection.SendAsync(encoded, ct);
        wire.Counters.Add("pong");
        wire.Add(() => new WireEntry
        {
            Channel = "ws",
            Direction = "to-service",
            Kind = "pong",
            Title = "pong",
            Bytes = encoded.Length,
            Connection = connection.Id,
            Explain = "The platform answers, with the intervals the client should use from now on (seconds).",
            Headers = [["type", "pong"]],
            Response = Json.Parse(config) ?? JsonValue.Create(config),
        });
        connections.Changed();
    }

    private void Report(SandboxConnection connection, Frame? frame, string kind, string title, int bytes, string explain) => wire.Add(() => new WireEntry
    {
        Channel = "ws",
        Direction = "to-platform",
        Kind = kind,
        Title = title,
        Bytes = bytes,
        Connection = connection.Id,
        Explain = explain,
        Headers = frame?.Headers.Select(IReadOnlyList<string> (h) => [h.Key, h.Value]).ToList(),
        Request = frame is null ? null : new JsonObject { ["service"] = frame.Service.ToString(CultureInfo.InvariantCulture), ["method"] = frame.Method },
    });
}
