using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using LarkSandbox.Access;
using LarkSandbox.Hosting;

namespace LarkSandbox.Drive;

/// <summary>
/// <c>upload_prepare</c>, <c>upload_part</c>, <c>upload_finish</c> of <c>/open-apis/drive/v1/medias</c> and <c>…/files</c>: large files
/// in blocks of 4 MB, within a day.
/// </summary>
internal sealed class PartsApi(DriveStore store, CallLimits limits, TimeProvider clock)
{
    private const int MostUploads = 100;
    private const long LargestFile = 512L * 1024 * 1024;
    private static readonly TimeSpan Life = TimeSpan.FromHours(24);

    private readonly ConcurrentDictionary<string, PartedUpload> _uploads = new();

    public Task<IResult> PrepareMediaAsync(HttpContext http, CancellationToken ct) => PrepareAsync(http, media: true, ct);

    public Task<IResult> PrepareFileAsync(HttpContext http, CancellationToken ct) => PrepareAsync(http, media: false, ct);

    public async Task<IResult> PartAsync(HttpContext http, CancellationToken ct)
    {
        if (!limits.Admits(http.Request.Path, UploadsApi.UploadsPerSecond))
        {
            return DriveError.TryAgain();
        }

        using var form = await UploadForm.ReadAsync(http.Request, store.NewPath, PartedUpload.BlockSize, ct);
        if (form is null)
        {
            return DriveError.BadParameter("the body is no multipart form");
        }

        if (Find(form["upload_id"], Caller.Of(http), out var upload) is { } refusal)
        {
            return refusal;
        }

        if (!int.TryParse(form["seq"], NumberStyles.None, CultureInfo.InvariantCulture, out var block) || block >= upload.BlockCount)
        {
            return DriveError.BlockOutOfBounds();
        }

        if (form.RefuseContent(PartedUpload.BlockSize) is { } wrong)
        {
            return wrong;
        }

        if (form.Size != upload.LengthOf(block))
        {
            return DriveError.WrongSize();
        }

        upload.Put(block, form.Keep());
        return Answer.Data(new JsonObject());
    }

    public async Task<IResult> FinishAsync(HttpContext http, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        var id = body.Text("upload_id");
        if (Find(id, Caller.Of(http), out var upload) is { } refusal)
        {
            return refusal;
        }

        if ((body!["block_num"] as JsonValue)?.ToString() != upload.BlockCount.ToString(CultureInfo.InvariantCulture))
        {
            return DriveError.BlockOutOfBounds();
        }

        return upload.Whole is not { } blocks ? DriveError.BlockMissing()
            : _uploads.TryRemove(id!, out _) ? await JoinAsync(upload, blocks, ct)
            : DriveError.UploadExpired();
    }

    private async Task<IResult> PrepareAsync(HttpContext http, bool media, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        if (!UploadsApi.IsFileName(body.Text("file_name")))
        {
            return DriveError.BadFileName();
        }

        if (DriveParent.Refuse(media, body.Text("parent_type"), body.Text("parent_node")) is { } orphan)
        {
            return orphan;
        }

        if (body!["size"] is not JsonValue number || !number.TryGetValue<long>(out var size) || size <= 0)
        {
            return DriveError.BadParameter("size must be a whole number above 0");
        }

        DropExpired();
        return size > LargestFile ? DriveError.TooLarge() : _uploads.Count >= MostUploads ? DriveError.QuotaExceeded() : Begin(body, size, Caller.Of(http));
    }

    private IResult Begin(JsonObject body, long size, Caller caller)
    {
        var upload = new PartedUpload(body.Text("file_name")!, size, body.Text("parent_type")!, body.Text("parent_node")!, caller.OpenId, clock.GetUtcNow() + Life);
        var id = Ids.Hex(16);
        _uploads[id] = upload;
        return Answer.Data(new JsonObject { ["upload_id"] = id, ["block_size"] = PartedUpload.BlockSize, ["block_num"] = upload.BlockCount });
    }

    private IResult? Find(string? id, Caller caller, out PartedUpload upload)
    {
        if (id is null || !_uploads.TryGetValue(id, out upload!) || clock.GetUtcNow() >= upload.ExpiresAt)
        {
            upload = null!;
            return DriveError.UploadExpired();
        }

        return upload.Owner == caller.OpenId ? null : DriveError.OtherUser();
    }

    private async Task<IResult> JoinAsync(PartedUpload upload, IReadOnlyList<string> blocks, CancellationToken ct)
    {
        var path = store.NewPath();
        await using (var whole = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, useAsync: true))
        {
            foreach (var block in blocks)
            {
                await using var part = new FileStream(block, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, useAsync: true);
                await part.CopyToAsync(whole, ct);
            }
        }

        upload.Forget();
        if (store.Add(upload.Name, upload.Size, upload.ParentType, upload.ParentNode, upload.Owner, path) is { } file)
        {
            return Answer.Data(new JsonObject { ["file_token"] = file.Token });
        }

        File.Delete(path);
        return DriveError.QuotaExceeded();
    }

    private void DropExpired()
    {
        var now = clock.GetUtcNow();
        foreach (var (id, upload) in _uploads.Where(u => u.Value.ExpiresAt <= now).ToList())
        {
            if (_uploads.TryRemove(id, out _))
            {
                upload.Forget();
            }
        }
    }
}
