using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using LarkSandbox.Drive;
using LarkSandbox.Hosting;

namespace LarkSandbox.Tests.Drive;

/// <summary>A test that uploads with Li Lei's token.</summary>
public abstract class DriveTest : SandboxTest
{
    internal const string Medias = "/open-apis/drive/v1/medias";
    internal const string Files = "/open-apis/drive/v1/files";

    internal string Token { get; private set; } = "";

    private protected override SandboxOptions Options { get; } = new() { CallsPerSecond = 0 };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Token = Platform.Grant(LiLei.OpenId, "drive:drive").Access.Value;
    }

    internal static byte[] Bytes(int count) => RandomNumberGenerator.GetBytes(count);

    internal static string Sum(byte[] bytes)
    {
        var sum = new Adler32();
        sum.Append(bytes);
        return sum.Value.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A form as the documentation wants it, with what the test changes; an empty value leaves a field out.</summary>
    internal static MultipartFormDataContent Form(byte[] bytes, params (string Name, string Value)[] fields)
    {
        var all = new Dictionary<string, string>
        {
            ["file_name"] = "report.bin",
            ["parent_type"] = "docx_file",
            ["parent_node"] = "doxcn1",
            ["size"] = bytes.Length.ToString(CultureInfo.InvariantCulture),
        };
        foreach (var (name, value) in fields)
        {
            all[name] = value;
        }

        var form = new MultipartFormDataContent();
        foreach (var (name, value) in all.Where(f => f.Value.Length > 0))
        {
            form.Add(new StringContent(value), name);
        }

        form.Add(new ByteArrayContent(bytes), "file", "report.bin");
        return form;
    }

    internal async Task<Reply> UploadAsync(string path, HttpContent form, string? bearer = null)
    {
        var answer = await SendAsync(HttpMethod.Post, path, form, bearer ?? Token);
        return new((int)answer.StatusCode, answer, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject());
    }

    internal async Task<string> StoredAsync(byte[] bytes) => (await UploadAsync($"{Medias}/upload_all", Form(bytes))).Data["file_token"]!.ToString();

    internal async Task<HttpResponseMessage> DownloadAsync(string path, RangeHeaderValue? range = null, string? bearer = null)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Sandbox.Url, path));
        request.Headers.Authorization = bearer == "" ? null : new("Bearer", bearer ?? Token);
        request.Headers.Range = range;
        return await http.SendAsync(request);
    }
}
