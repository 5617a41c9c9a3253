using System.Text.Json;
using LarkService.LongConnection;
using LarkService.Platform;
using Microsoft.Extensions.Options;

namespace LarkService.Events.Http;

/// <summary>
/// Tells the platform's pushes from everybody else's. With an Encrypt Key a push is signed and encrypted; the check of the
/// address is encrypted only. With a Verification Token it holds that. What costs little is looked at first.
/// </summary>
internal sealed class PushGuard(SeenNonces nonces, IOptions<LongConnectionOptions> options, TimeProvider clock)
{
    /// <summary>The check of the address is a line; unsigned, nothing longer is worth decrypting.</summary>
    public const int MaxUnsignedBytes = 16 * 1024;

    /// <summary>What the headers alone say.</summary>
    /// <param name="app">Receives over HTTP.</param>
    /// <param name="headers">Of the request.</param>
    /// <param name="head">The signature's headers; null when there are none, or none are wanted.</param>
    /// <returns>Null when the body is worth reading.</returns>
    public HttpPushOutcome? CheckHead(LarkApp app, IHeaderDictionary headers, out PushHead? head)
    {
        head = null;
        if (app.EncryptKey is null || PushHead.IsUnsigned(headers))
        {
            return null;
        }

        head = PushHead.Read(headers);
        return head is null ? HttpPushOutcome.BadSignature
            : (clock.GetUtcNow() - head.SignedAt).Duration() > SeenNonces.Window ? HttpPushOutcome.StaleTimestamp
            : null;
    }

    /// <summary>The largest body that can hold a message of the allowed size, which is a third more when it is encrypted.</summary>
    public int MaxBytes(LarkApp app, PushHead? head) => app.EncryptKey is null ? options.Value.MaxMessageBytes
        : head is null ? MaxUnsignedBytes
        : (options.Value.MaxMessageBytes / 3 * 4) + 4096;

    /// <summary>What the body says; never throws, whatever the bytes.</summary>
    public GuardVerdict Check(LarkApp app, PushHead? head, ReadOnlyMemory<byte> body)
    {
        if (app.EncryptKey is not { } key)
        {
            return Read(app, body);
        }

        if (head is null)
        {
            return CheckUnsigned(app, key, body);
        }

        if (!PushCipher.IsSignedBy(head, key, body.Span))
        {
            return new GuardVerdict.Refused(HttpPushOutcome.BadSignature);
        }

        return !nonces.Add(app.AppId, head) ? new GuardVerdict.Refused(HttpPushOutcome.Replayed)
            : Open(body, key, out var json) is { } fault ? new GuardVerdict.Refused(fault)
            : Read(app, json);
    }

    /// <summary>What was proven genuine could not be taken: its repetition is no replay.</summary>
    public void Forget(LarkApp app, PushHead? head)
    {
        if (head is not null)
        {
            nonces.Forget(app.AppId, head);
        }
    }

    // Only the check of the address. Everything else is refused in one word: two words would tell a stranger what his
    // ciphertext decrypts to, bit by bit.
    private GuardVerdict CheckUnsigned(LarkApp app, Secret key, ReadOnlyMemory<byte> body)
    {
        var verdict = Open(body, key, out var json) is null ? Read(app, json) : null;
        return verdict is GuardVerdict.Challenge or GuardVerdict.Refused { Why: HttpPushOutcome.WrongToken } ? verdict : new GuardVerdict.Refused(HttpPushOutcome.Unsigned);
    }

    /// <returns>What is wrong with it; null when it opened.</returns>
    private HttpPushOutcome? Open(ReadOnlyMemory<byte> body, Secret key, out byte[] json)
    {
        json = [];
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.Text("encrypt") is not { } encrypted)
            {
                return HttpPushOutcome.NotEncrypted;
            }

            var bytes = new byte[encrypted.Length];
            if (!Convert.TryFromBase64String(encrypted, bytes, out var count) || PushCipher.Open(bytes.AsSpan(0, count), key) is not { } opened)
            {
                return HttpPushOutcome.Undecryptable;
            }

            json = opened;
            return opened.Length > options.Value.MaxMessageBytes ? HttpPushOutcome.TooLarge : null;
        }
        catch (JsonException)
        {
            return HttpPushOutcome.NotJson;
        }
    }

    private static GuardVerdict Read(LarkApp app, ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var token = (root.Child("header") is { ValueKind: JsonValueKind.Object } header ? header : root).Text("token");
            if (app.VerificationToken is { } expected && !expected.Equals(new Secret(token ?? "")))
            {
                return new GuardVerdict.Refused(HttpPushOutcome.WrongToken);
            }

            return root.Text("type") != "url_verification" ? new GuardVerdict.Genuine(json)
                : root.Text("challenge") is { Length: > 0 } challenge ? new GuardVerdict.Challenge(challenge)
                : new GuardVerdict.Refused(HttpPushOutcome.Undecodable);
        }
        catch (JsonException)
        {
            return new GuardVerdict.Refused(HttpPushOutcome.NotJson);
        }
    }
}

/// <summary>What a request turned out to be.</summary>
internal abstract record GuardVerdict
{
    /// <param name="Json">An event or a callback of the platform, decrypted.</param>
    public sealed record Genuine(ReadOnlyMemory<byte> Json) : GuardVerdict;

    /// <param name="Text">The platform checks the address and wants this back.</param>
    public sealed record Challenge(string Text) : GuardVerdict;

    /// <param name="Why">For the metric; the sender is not told.</param>
    public sealed record Refused(HttpPushOutcome Why) : GuardVerdict;
}
