using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using LarkService.IntegrationTests.Support;
using Microsoft.AspNetCore.Http;

namespace LarkService.IntegrationTests.Proxy;

/// <summary>Bodies of any size, in both directions, piece by piece.</summary>
public sealed class ProxyStreamTests(SharedProxy shared) : IClassFixture<SharedProxy>
{
    private const int Large = 20 * 1024 * 1024;

    private readonly string _thing = ProxyScene.NewThing();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_large_upload_arrives_byte_for_byte_with_and_without_its_length(bool announced)
    {
        var proxy = shared.Proxy;
        proxy.Platform.On(_thing, async http =>
        {
            var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(http.Request.Body));
            await http.Response.WriteAsync($"{hash} {http.Request.ContentLength} {http.Request.ContentType}");
        });
        var bytes = RandomNumberGenerator.GetBytes(Large);
        using HttpContent content = announced ? new ByteArrayContent(bytes) : new StreamContent(new NoLength(bytes));
        content.Headers.ContentType = new("application/octet-stream");
        using var request = proxy.Request(HttpMethod.Post, _thing, content);
        request.Headers.TransferEncodingChunked = announced ? null : true;

        using var answer = await proxy.SendAsync(request);

        Assert.Equal($"{Convert.ToHexStringLower(SHA256.HashData(bytes))} {(announced ? Large.ToString(System.Globalization.CultureInfo.InvariantCulture) : "")} application/octet-stream", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_large_download_arrives_byte_for_byte_with_its_name(bool announced)
    {
        var proxy = shared.Proxy;
        var bytes = RandomNumberGenerator.GetBytes(Large);
        proxy.Platform.On(_thing, async http =>
        {
            http.Response.ContentType = "application/octet-stream";
            http.Response.ContentLength = announced ? bytes.Length : null;
            http.Response.Headers.ContentDisposition = "attachment; filename=\"" + Encoding.Latin1.GetString(Encoding.UTF8.GetBytes("周报.bin")) + "\"";
            http.Response.Headers.ETag = "\"v1\"";
            await http.Response.Body.WriteAsync(bytes);
        });

        using var answer = await proxy.SendAsync(proxy.Request(HttpMethod.Get, _thing));

        Assert.Equal(announced ? Large : null, answer.Content.Headers.ContentLength);
        Assert.Equal("\"v1\"", answer.Headers.ETag!.ToString());
        Assert.Contains("周报.bin", Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(answer.Content.Headers.NonValidated["Content-Disposition"].ToString())), StringComparison.Ordinal);
        Assert.Equal(SHA256.HashData(bytes), await SHA256.HashDataAsync(await answer.Content.ReadAsStreamAsync()));
    }

    [Fact]
    public async Task A_part_of_a_file_is_asked_for_and_comes()
    {
        var proxy = shared.Proxy;
        proxy.Platform.On(_thing, async http =>
        {
            Assert.Equal("bytes=2-4", http.Request.Headers.Range);
            http.Response.StatusCode = 206;
            http.Response.Headers.ContentRange = "bytes 2-4/9";
            http.Response.ContentType = "application/json"; // a part of such a file is no answer with a code
            await http.Response.WriteAsync("\"co");
        });
        using var request = proxy.Request(HttpMethod.Get, _thing);
        request.Headers.Range = new RangeHeaderValue(2, 4);

        using var answer = await proxy.SendAsync(request);

        Assert.Equal((HttpStatusCode.PartialContent, "bytes 2-4/9", "\"co"), (answer.StatusCode, answer.Content.Headers.ContentRange!.ToString(), await answer.Content.ReadAsStringAsync()));
    }

    [Theory]
    [InlineData("text/event-stream")]
    [InlineData("application/json")]
    public async Task Every_piece_is_handed_on_when_it_comes_the_head_before_the_first(string type)
    {
        var proxy = shared.Proxy;
        using var more = new SemaphoreSlim(0);
        proxy.Platform.On(_thing, async http =>
        {
            http.Response.ContentType = type;
            if (type == "text/event-stream")
            {
                await http.Response.Body.FlushAsync();
                await more.WaitAsync();
            }

            for (var piece = 0; piece < 3; piece++)
            {
                await http.Response.WriteAsync(piece == 0 ? """{"code":0,"data":[""" : "1,");
                await http.Response.Body.FlushAsync();
                await more.WaitAsync();
            }
        });

        using var answer = await proxy.SendAsync(proxy.Request(HttpMethod.Get, _thing)).WaitAsync(Eventually.Patience, TimeProvider.System);
        await using var stream = await answer.Content.ReadAsStreamAsync();
        if (type == "text/event-stream")
        {
            more.Release(); // only now: the head was here already
        }

        var buffer = new byte[1000];
        foreach (var expected in (string[])["""{"code":0,"data":[""", "1,", "1,", ""])
        {
            var read = await stream.ReadAsync(buffer).AsTask().WaitAsync(Eventually.Patience, TimeProvider.System);
            Assert.Equal(expected, Encoding.UTF8.GetString(buffer, 0, read));
            more.Release(); // the next piece is sent only when this one has arrived
        }
    }

    [Fact]
    public async Task A_piece_of_an_upload_is_handed_on_when_it_comes()
    {
        var proxy = shared.Proxy;
        var arrived = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        proxy.Platform.On(_thing, async http =>
        {
            var buffer = new byte[100];
            arrived.TrySetResult(Encoding.UTF8.GetString(buffer, 0, await http.Request.Body.ReadAsync(buffer)));
            using var rest = new StreamReader(http.Request.Body);
            await http.Response.WriteAsync(await rest.ReadToEndAsync());
        });
        using var request = proxy.Request(HttpMethod.Post, _thing, new TwoPieces("first", "second", arrived.Task));
        request.Headers.TransferEncodingChunked = true;

        using var answer = await proxy.SendAsync(request).WaitAsync(Eventually.Patience, TimeProvider.System);

        Assert.Equal(("first", "second"), (await arrived.Task, await answer.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task A_caller_who_hangs_up_ends_the_call_at_the_platform()
    {
        var proxy = shared.Proxy;
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        proxy.Platform.On(_thing, async http =>
        {
            http.RequestAborted.Register(ended.SetResult);
            await http.Response.WriteAsync("begun");
            await http.Response.Body.FlushAsync();
            await ended.Task;
        });

        using (var answer = await proxy.SendAsync(proxy.Request(HttpMethod.Get, _thing)))
        {
            var stream = await answer.Content.ReadAsStreamAsync();
            Assert.Equal(5, await stream.ReadAsync(new byte[5]));
        }

        await ended.Task.WaitAsync(Eventually.Patience, TimeProvider.System);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_that_breaks_off_does_not_look_whole(bool announced)
    {
        var proxy = shared.Proxy;
        using var half = new SemaphoreSlim(0);
        proxy.Platform.On(_thing, async http =>
        {
            http.Response.ContentType = "text/plain";
            http.Response.ContentLength = announced ? 1000 : null;
            await http.Response.WriteAsync("half of it");
            await http.Response.Body.FlushAsync();
            await half.WaitAsync();
            http.Abort();
        });

        using var answer = await proxy.SendAsync(proxy.Request(HttpMethod.Get, _thing));
        await using var stream = await answer.Content.ReadAsStreamAsync();
        await stream.ReadExactlyAsync(new byte[10]);
        half.Release();

        var fault = await Assert.ThrowsAnyAsync<Exception>(() => stream.ReadAsync(new byte[1]).AsTask());
        Assert.True(fault is HttpRequestException or IOException, fault.ToString());
        Assert.DoesNotContain(proxy.Scene.AllOutput, line => line.Contains("failed unexpectedly", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stream_goes_on_when_the_grant_is_taken_back_and_the_next_call_is_refused()
    {
        await using var proxy = await ProxyScene.StartAsync(null, SharedProxy.Scope);
        using var more = new SemaphoreSlim(0);
        proxy.Platform.On(_thing, async http =>
        {
            http.Response.ContentType = "text/event-stream";
            await http.Response.WriteAsync("data: 1\n\n");
            await http.Response.Body.FlushAsync();
            await more.WaitAsync();
            await http.Response.WriteAsync("data: 2\n\n");
        });
        using var answer = await proxy.SendAsync(proxy.Request(HttpMethod.Get, _thing));
        await using var stream = await answer.Content.ReadAsStreamAsync();
        await stream.ReadExactlyAsync(new byte[9]);

        Assert.Equal(HttpStatusCode.NoContent, (await proxy.Scene.Api.DeleteAsync($"/api/v1/grants/{proxy.Scene.Ava.OpenId}")).Status);
        (await proxy.GetAsync(_thing)).MustBeProblem(HttpStatusCode.Forbidden, "authorization-required");
        more.Release();
        using var rest = new StreamReader(stream);
        Assert.Equal("data: 2\n\n", await rest.ReadToEndAsync());
        Assert.Single(proxy.Platform.To(_thing));
    }

    [Fact]
    public async Task Beyond_512_MB_nothing_is_sent()
    {
        var proxy = shared.Proxy;

        var answer = await HttpWire.SendAsync(proxy.Scene.Url, $"POST {ProxyScene.Prefix}{_thing} HTTP/1.1\r\nHost: {proxy.Scene.Url.Authority}\r\nAuthorization: Bearer {proxy.Scene.BootstrapKey}\r\nX-Lark-Open-Id: {proxy.Scene.Ava.OpenId}\r\nContent-Length: 536870913\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 413", answer, StringComparison.Ordinal);
        Assert.Contains("512 MB", answer, StringComparison.Ordinal);
        Assert.Empty(proxy.Platform.To(_thing));
    }

    private sealed class NoLength(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }

    private sealed class TwoPieces(string first, string second, Task between) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(first));
            await stream.FlushAsync();
            await between.WaitAsync(Eventually.Patience, TimeProvider.System);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(second));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
