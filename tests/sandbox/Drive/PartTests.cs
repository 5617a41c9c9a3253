using System.Globalization;
using System.Text.Json.Nodes;
using LarkSandbox.Drive;

namespace LarkSandbox.Tests.Drive;

/// <summary>Large files in blocks, links for a day, and whose files they are.</summary>
public sealed class PartTests : DriveTest
{
    [Fact]
    public async Task Blocks_in_any_order_become_one_file()
    {
        var bytes = Bytes((2 * PartedUpload.BlockSize) + 1000);
        var id = await PrepareAsync(bytes.Length, 3);
        foreach (var block in new[] { 2, 0 })
        {
            Assert.Equal(0, (await PartAsync(id, block, Block(bytes, block))).Code);
        }

        Assert.Equal(1062010, (await FinishAsync(id, 3)).Code);
        Assert.Equal(0, (await PartAsync(id, 1, Bytes(PartedUpload.BlockSize))).Code); // the wrong bytes, sent again below
        Assert.Equal(0, (await PartAsync(id, 1, Block(bytes, 1))).Code);
        Assert.Equal(1062011, (await FinishAsync(id, 2)).Code);
        var token = (await FinishAsync(id, 3)).Data["file_token"]!.ToString();

        using var down = await DownloadAsync($"{Medias}/{token}/download");
        Assert.Equal(bytes, await down.Content.ReadAsByteArrayAsync());
        Assert.Equal(1061021, (await FinishAsync(id, 3)).Code);
    }

    [Fact]
    public async Task A_block_is_checked_and_an_upload_is_its_owners_for_a_day()
    {
        var id = await PrepareAsync(5, 1);
        Assert.Equal(1062011, (await PartAsync(id, 1, [1, 2, 3, 4, 5])).Code);
        Assert.Equal(1062009, (await PartAsync(id, 0, [1, 2, 3])).Code);
        Assert.Equal(1062008, (await UploadAsync($"{Medias}/upload_part", Form([1, 2, 3, 4, 5], ("upload_id", id), ("seq", "0"), ("checksum", "7")))).Code);
        var other = Platform.Grant(Ava.OpenId, "drive:drive").Access.Value;
        Assert.Equal(1062007, (await UploadAsync($"{Medias}/upload_part", Form([1, 2, 3, 4, 5], ("upload_id", id), ("seq", "0")), other)).Code);
        Assert.Equal(1061021, (await PartAsync("unknown", 0, [1])).Code);

        Clock.Advance(TimeSpan.FromHours(24));
        var again = Platform.Grant(LiLei.OpenId, "drive:drive").Access.Value;
        Assert.Equal(1061021, (await UploadAsync($"{Medias}/upload_part", Form([1, 2, 3, 4, 5], ("upload_id", id), ("seq", "0")), again)).Code);
    }

    [Fact]
    public async Task Nobody_else_has_the_file_and_a_link_needs_no_token_for_a_day()
    {
        var token = await StoredAsync("secret"u8.ToArray());
        var other = Platform.Grant(Ava.OpenId, "drive:drive").Access.Value;
        Assert.Equal(403, (int)(await DownloadAsync($"{Medias}/{token}/download", bearer: other)).StatusCode);
        Assert.Empty((await CallAsync(HttpMethod.Get, $"{Medias}/batch_get_tmp_download_url?file_tokens={token}", bearer: other)).Data["tmp_download_urls"]!.AsArray());
        Assert.Equal(404, (int)(await DownloadAsync($"{Medias}/boxcnunknown/download")).StatusCode);

        var links = (await CallAsync(HttpMethod.Get, $"{Medias}/batch_get_tmp_download_url?file_tokens={token}&file_tokens=boxcnunknown", bearer: Token)).Data["tmp_download_urls"]!.AsArray();
        var link = new Uri(Assert.Single(links)!["tmp_download_url"]!.ToString());
        using var down = await DownloadAsync(link.PathAndQuery, bearer: "");
        Assert.Equal("secret", await down.Content.ReadAsStringAsync());
        Assert.DoesNotContain(Platform.Wire.Last(20), e => $"{e.Title}{e.Response}".Contains(link.Query[6..], StringComparison.Ordinal));
        Clock.Advance(TimeSpan.FromHours(24));
        Assert.Equal(404, (int)(await DownloadAsync(link.PathAndQuery, bearer: "")).StatusCode);
    }

    [Fact]
    public async Task A_lost_answer_was_carried_out_and_a_planned_fault_keeps_the_bytes_away()
    {
        Platform.Faults.Board.LoseNextAnswer("/open-apis/drive");
        await Assert.ThrowsAsync<HttpRequestException>(() => StoredAsync([1, 2, 3]));
        var token = Assert.Single(Platform.Drive.All).Token;
        Platform.Faults.Board.LoseNextAnswer("/open-apis/drive");
        await Assert.ThrowsAsync<HttpRequestException>(() => DownloadAsync($"{Medias}/{token}/download"));
        Platform.Faults.Board.FailNext("/open-apis/drive", 200, """{"code":1061001,"msg":"internal error."}""");
        Assert.Equal(1061001, (await UploadAsync($"{Medias}/upload_all", Form([1]))).Code);
        Assert.Single(Platform.Drive.All);
    }

    private static byte[] Block(byte[] bytes, int block) => bytes[(block * PartedUpload.BlockSize)..Math.Min(bytes.Length, (block + 1) * PartedUpload.BlockSize)];

    private async Task<string> PrepareAsync(int size, int blocks)
    {
        var prepared = await PostAsync($"{Medias}/upload_prepare", new JsonObject { ["file_name"] = "large.bin", ["parent_type"] = "docx_file", ["parent_node"] = "doxcn1", ["size"] = size }, Token);
        Assert.Equal((4194304, blocks), ((int)prepared.Data["block_size"]!, (int)prepared.Data["block_num"]!));
        return prepared.Data["upload_id"]!.ToString();
    }

    private Task<Reply> PartAsync(string id, int block, byte[] bytes) =>
        UploadAsync($"{Medias}/upload_part", Form(bytes, ("upload_id", id), ("seq", block.ToString(CultureInfo.InvariantCulture))));

    private Task<Reply> FinishAsync(string id, int blocks) => PostAsync($"{Medias}/upload_finish", new JsonObject { ["upload_id"] = id, ["block_num"] = blocks }, Token);
}
