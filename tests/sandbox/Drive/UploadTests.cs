using System.Text;
using System.Text.Json.Nodes;
using LarkSandbox.Wire;

namespace LarkSandbox.Tests.Drive;

/// <summary>Files go up: checked by size and checksum, and never whole in memory or in the log.</summary>
public sealed class UploadTests : DriveTest
{
    [Fact]
    public async Task What_goes_up_comes_down_byte_for_byte_whole_or_in_part()
    {
        var bytes = Bytes(300_000);
        var token = (await UploadAsync($"{Medias}/upload_all", Form(bytes, ("checksum", Sum(bytes)), ("file_name", "报告.bin")))).Data["file_token"]!.ToString();
        Assert.StartsWith("boxcn", token, StringComparison.Ordinal);

        using var whole = await DownloadAsync($"{Medias}/{token}/download");
        Assert.Equal((200, "application/octet-stream", "报告.bin"), ((int)whole.StatusCode, whole.Content.Headers.ContentType!.MediaType, whole.Content.Headers.ContentDisposition!.FileNameStar));
        Assert.Equal(bytes, await whole.Content.ReadAsByteArrayAsync());

        using var part = await DownloadAsync($"{Medias}/{token}/download", new(100_000, 100_099));
        Assert.Equal((206, "bytes 100000-100099/300000"), ((int)part.StatusCode, part.Content.Headers.ContentRange!.ToString()));
        Assert.Equal(bytes[100_000..100_100], await part.Content.ReadAsByteArrayAsync());
        using var beyond = await DownloadAsync($"{Medias}/{token}/download", new(300_000, null));
        Assert.Equal(416, (int)beyond.StatusCode);
    }

    [Fact]
    public async Task Fields_may_stand_behind_the_file_and_a_file_has_its_folder()
    {
        var form = new MultipartFormDataContent { { new ByteArrayContent("hello"u8.ToArray()), "file" } };
        foreach (var (name, value) in new[] { ("file_name", "a.txt"), ("parent_type", "explorer"), ("parent_node", "fldcn1"), ("size", "5"), ("checksum", "103547413") })
        {
            form.Add(new StringContent(value), name);
        }

        var token = (await UploadAsync($"{Files}/upload_all", form)).Data["file_token"]!.ToString();
        using var down = await DownloadAsync($"{Files}/{token}/download");
        Assert.Equal("hello", await down.Content.ReadAsStringAsync());
        Assert.Equal(404, (int)(await DownloadAsync($"{Medias}/{token}/download")).StatusCode);
        var stored = Assert.Single(Platform.Drive.All);
        Assert.Equal(("a.txt", 5L, LiLei.OpenId), (stored.Name, stored.Size, stored.OwnerOpenId));
    }

    [Theory]
    [InlineData("size", "4", 400, 1062009)]
    [InlineData("checksum", "1", 400, 1062008)]
    [InlineData("file_name", "", 400, 1061008)]
    [InlineData("file_name", "a/b", 400, 1061008)]
    [InlineData("parent_type", "explorer", 400, 1061002)]
    [InlineData("parent_node", "", 400, 1061002)]
    public async Task What_is_wrong_with_an_upload_is_told_by_code_and_nothing_is_kept(string field, string value, int status, long code)
    {
        var refused = await UploadAsync($"{Medias}/upload_all", Form("hello"u8.ToArray(), (field, value)));
        Assert.Equal((status, code), (refused.Status, refused.Code!.Value));
        Assert.Empty(Platform.Drive.All);
    }

    [Fact]
    public async Task A_folder_a_form_and_a_size_are_needed()
    {
        Assert.Equal(1061044, (await UploadAsync($"{Files}/upload_all", Form([1], ("parent_type", "explorer"), ("parent_node", "nowhere")))).Code);
        Assert.Equal(1061002, (await PostAsync($"{Files}/upload_all", bearer: Token)).Code);
        Assert.Equal(1061002, (await UploadAsync($"{Files}/upload_all", new StringContent("--x\r\nhalf", Encoding.UTF8, "text/plain"))).Code);
        Assert.Equal(1061043, (await UploadAsync($"{Medias}/upload_all", Form(new byte[(20 * 1024 * 1024) + 1]))).Code);
    }

    [Fact]
    public async Task More_than_five_a_second_are_asked_to_try_again_with_HTTP_200()
    {
        await using var strict = await LarkSandbox.Hosting.SandboxHost.StartAsync(new());
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        http.DefaultRequestHeaders.Authorization = new("Bearer", strict.Platform.Grant(LiLei.OpenId, "drive:drive").Access.Value);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            var answer = await http.PostAsync(new Uri(strict.Url, $"{Medias}/upload_all"), Form([1]));
            return ((int)answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["code"]!.GetValue<long>());
        }));
        Assert.Contains((200, 1061045L), answers);
        Assert.Contains((200, 0L), answers);
    }

    [Fact]
    public async Task The_log_shows_that_there_was_a_file_and_not_what_is_in_it()
    {
        await StoredAsync(Encoding.UTF8.GetBytes("confidential-content"));
        var entry = Assert.Single(Platform.Wire.Last(10), e => e.Title.Contains("upload_all", StringComparison.Ordinal));
        Assert.Contains("not shown", entry.Request!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Platform.Wire.Last(10), e => System.Text.Json.JsonSerializer.Serialize<WireEntry>(e).Contains("confidential", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "1")]
    [InlineData("a", "6422626")]
    [InlineData("Wikipedia", "300286872")]
    public void The_checksum_is_Adler_32(string text, string sum) => Assert.Equal(sum, Sum(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public async Task The_files_are_gone_with_the_simulator()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        await using (var other = await LarkSandbox.Hosting.SandboxHost.StartAsync(new() { FilesFolder = folder }))
        {
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
            http.DefaultRequestHeaders.Authorization = new("Bearer", other.Platform.Grant(LiLei.OpenId, "drive:drive").Access.Value);
            await http.PostAsync(new Uri(other.Url, $"{Medias}/upload_all"), Form([1]));
            Assert.Single(Directory.GetFiles(Path.Combine(folder, "drive")));
        }

        Assert.Empty(Directory.GetFileSystemEntries(folder));
        Directory.Delete(folder);
    }
}
