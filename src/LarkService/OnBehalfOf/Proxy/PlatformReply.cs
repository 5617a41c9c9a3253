using System.Buffers;
using System.Net;
using LarkService.Platform.OpenApi;

namespace LarkService.OnBehalfOf.Proxy;

/// <summary>
/// The platform's answer while it is still coming in. Its beginning is looked at, where it can be a refusal; then it goes on to
/// the caller piece by piece, what was looked at first.
/// </summary>
internal sealed class PlatformReply : IDisposable
{
    /// <summary>A refusal is no larger, and no answer is looked into further.</summary>
    private const int Room = 64 * 1024;

    private readonly HttpResponseMessage _response;
    private readonly Stream _body;
    private readonly Patience _patience;
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(Room);
    private int _filled;
    private bool _isAtEnd;

    private PlatformReply(HttpResponseMessage response, Stream body, Patience patience) => (_response, _body, _patience) = (response, body, patience);

    public int Status => (int)_response.StatusCode;

    /// <summary>What the platform says of the call; null when it says nothing, or nobody looked.</summary>
    public int? Code { get; private set; }

    /// <summary>Something of it has reached the caller.</summary>
    public bool HasBegun { get; private set; }

    public bool IsRefusal => Status >= 400 || Code is not (null or PlatformCodes.Ok);

    /// <summary>The reply with its beginning looked at.</summary>
    public static async ValueTask<PlatformReply> ReadAsync(HttpResponseMessage response, Patience patience)
    {
        try
        {
            var reply = new PlatformReply(response, await response.Content.ReadAsStreamAsync(patience.Token), patience);
            await reply.LookAsync();
            return reply;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>The refusal in full.</summary>
    public async Task<PlatformError?> ErrorAsync()
    {
        while (!_isAtEnd && _filled < _buffer.Length)
        {
            await FillAsync();
        }

        return PlatformAnswer.Read(Status, _buffer.AsMemory(0, _filled), _response.Headers).Error;
    }

    /// <summary>Hands everything on as it comes.</summary>
    public async Task CopyToAsync(HttpResponse to)
    {
        to.StatusCode = Status;
        ProxyHeaders.Return(_response, to);
        await WriteAsync(to);
        while (!_isAtEnd)
        {
            _filled = 0;
            var coming = FillAsync();
            if (!HasBegun && !coming.IsCompleted)
            {
                HasBegun = true;
                await to.Body.FlushAsync(_patience.Token); // the head alone: nobody knows when the first piece comes
            }

            await coming;
            await WriteAsync(to);
        }
    }

    /// <summary>Everything, in memory.</summary>
    /// <returns>Null when it is larger than that.</returns>
    public async Task<byte[]?> BodyAsync(int atMost)
    {
        using var all = new MemoryStream();
        all.Write(_buffer, 0, _filled);
        while (!_isAtEnd && all.Length <= atMost)
        {
            _filled = 0;
            await FillAsync();
            all.Write(_buffer, 0, _filled);
        }

        return all.Length <= atMost ? all.ToArray() : null;
    }

    public string? ContentType => _response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var type) ? type.ToString() : null;

    public Dictionary<string, string> HeadersToKeep() => ProxyHeaders.ToKeep(_response);

    public void Dispose()
    {
        _response.Dispose();
        if (_isAtEnd)
        {
            ArrayPool<byte>.Shared.Return(_buffer); // else a read that was cut short may still write into it
        }
    }

    private async ValueTask LookAsync()
    {
        if (!MayBeRefusal())
        {
            return;
        }

        var finder = new CodeFinder();
        do
        {
            await FillAsync();
        }
        while (!finder.Look(_buffer.AsSpan(0, _filled), _isAtEnd) && _filled < _buffer.Length);

        Code = finder.Code;
    }

    // By its kind or by its status. What is packed, a part of something, somebody's file or too large for a refusal is handed on unseen.
    private bool MayBeRefusal() =>
        _response.StatusCode >= HttpStatusCode.BadRequest
        || (_response.StatusCode is not (HttpStatusCode.PartialContent or HttpStatusCode.NoContent or HttpStatusCode.NotModified)
            && ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true
            && !(_response.Content.Headers.ContentLength > Room)
            && !(_response.IsSuccessStatusCode && _response.Content.Headers.NonValidated.Contains("Content-Disposition"))
            && !_response.Content.Headers.NonValidated.Contains("Content-Encoding"));

    private async ValueTask WriteAsync(HttpResponse to)
    {
        if (_filled > 0)
        {
            HasBegun = true;
            await to.Body.WriteAsync(_buffer.AsMemory(0, _filled), _patience.Token);
            _patience.Renew();
        }
    }

    private async ValueTask FillAsync()
    {
        var read = await ReadAsync();
        _patience.Renew();
        _filled += read;
        _isAtEnd = read == 0;
    }

    private async ValueTask<int> ReadAsync()
    {
        try
        {
            return await _body.ReadAsync(_buffer.AsMemory(_filled), _patience.Token);
        }
        catch (IOException e)
        {
            throw new HttpRequestException(HttpRequestError.ResponseEnded, "The platform's answer broke off.", e);
        }
        catch (OperationCanceledException e) when (!_patience.CallerLeft)
        {
            throw Patience.IsOver(e);
        }
    }
}
