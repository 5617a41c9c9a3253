using System.Text;
using System.Text.Json.Nodes;
using LarkSandbox.Access;
using LarkSandbox.Hosting;

namespace LarkSandbox.Drive;

/// <summary><c>POST /open-apis/drive/v1/medias/upload_all</c> and <c>…/files/upload_all</c>: one file of at most 20 MB, five a second.</summary>
internal sealed class UploadsApi(DriveStore store, CallLimits limits)
{
    public const int UploadsPerSecond = 5;

    private const int LargestFile = 20 * 1024 * 1024;
    private const int LongestName = 250;

    public Task<IResult> MediaAsync(HttpContext http, CancellationToken ct) => UploadAsync(http, media: true, ct);

    public Task<IResult> FileAsync(HttpContext http, CancellationToken ct) => UploadAsync(http, media: false, ct);

    public static bool IsFileName(string? name) => !string.IsNullOrEmpty(name) && Encoding.UTF8.GetByteCount(name) <= LongestName && !name.AsSpan().ContainsAny('/', '\\', '\0');

    private async Task<IResult> UploadAsync(HttpContext http, bool media, CancellationToken ct)
    {
        if (!limits.Admits(media ? "drive/medias/upload" : "drive/files/upload", UploadsPerSecond))
        {
            return DriveError.TryAgain();
        }

        using var form = await UploadForm.ReadAsync(http.Request, store.NewPath, LargestFile, ct);
        if (form is null)
        {
            return DriveError.BadParameter("the body is no multipart form");
        }

        if (!IsFileName(form["file_name"]))
        {
            return DriveError.BadFileName();
        }

        if (DriveParent.Refuse(media, form["parent_type"], form["parent_node"]) is { } orphan)
        {
            return orphan;
        }

        return form.RefuseContent(LargestFile) ?? Keep(form, Caller.Of(http));
    }

    private IResult Keep(UploadForm form, Caller caller)
    {
        var (size, path) = (form.Size, form.Keep());
        if (store.Add(form["file_name"]!, size, form["parent_type"]!, form["parent_node"]!, caller.OpenId, path) is { } file)
        {
            return Answer.Data(new JsonObject { ["file_token"] = file.Token });
        }

        File.Delete(path);
        return DriveError.QuotaExceeded();
    }
}
