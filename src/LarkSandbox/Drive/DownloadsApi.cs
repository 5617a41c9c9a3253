using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using LarkSandbox.Access;
using LarkSandbox.Hosting;

namespace LarkSandbox.Drive;

/// <summary>
/// <c>GET /open-apis/drive/v1/medias|files/:file_token/download</c>, whole or by <c>Range</c>, five a second; and links that work
/// for a day without a token.
/// </summary>
internal sealed class DownloadsApi(DriveStore store, IssuedSecrets secrets, CallLimits limits, TimeProvider clock)
{
    private const int DownloadsPerSecond = 5;
    private const int MostLinks = 10_000;
    private const int MostAtOnce = 5;
    private const string Binary = "application/octet-stream";
    private static readonly TimeSpan LinkLife = TimeSpan.FromHours(24);

    private readonly ConcurrentDictionary<string, (DriveFile File, DateTimeOffset ExpiresAt)> _links = new();

    public IResult Media(HttpContext http, string fileToken) => Download(http, fileToken, media: true);

    public IResult File(HttpContext http, string fileToken) => Download(http, fileToken, media: false);

    /// <summary>Files that are not there, or not the caller's, have no link.</summary>
    public IResult Links(HttpContext http)
    {
        var tokens = http.Request.Query["file_tokens"].OfType<string>().Distinct().ToList();
        if (tokens.Count is 0 or > MostAtOnce)
        {
            return DriveError.BadParameter($"file_tokens: 1 to {MostAtOnce}");
        }

        var caller = Caller.Of(http);
        var links = tokens.Select(store.Find).OfType<DriveFile>().Where(f => f.IsMedia && f.OwnerOpenId == caller.OpenId).Select(f => Link(http.Request, f));
        return Answer.Data(new JsonObject { ["tmp_download_urls"] = new JsonArray([.. links]) });
    }

    public IResult ByLink(HttpContext http)
    {
        var code = http.Request.Query["code"].ToString();
        return _links.TryGetValue(code, out var link) && clock.GetUtcNow() < link.ExpiresAt ? Send(link.File) : DriveError.NotFound();
    }

    private static IResult Send(DriveFile file) => TypedResults.PhysicalFile(file.Path, Binary, file.Name, enableRangeProcessing: true);

    private JsonObject Link(HttpRequest request, DriveFile file)
    {
        if (_links.Count >= MostLinks)
        {
            _links.Clear();
        }

        var code = secrets.Add(Ids.Hex(24));
        _links[code] = (file, clock.GetUtcNow() + LinkLife);
        return new JsonObject { ["file_token"] = file.Token, ["tmp_download_url"] = $"{request.Scheme}://{request.Host}/space/api/box/stream/download/authcode/?code={code}" };
    }

    private IResult Download(HttpContext http, string fileToken, bool media)
    {
        if (!limits.Admits(media ? "drive/medias/download" : "drive/files/download", DownloadsPerSecond))
        {
            return DriveError.TryAgain();
        }

        return store.Find(fileToken) is not { } file || file.IsMedia != media ? DriveError.NotFound()
            : file.OwnerOpenId != Caller.Of(http).OpenId ? DriveError.Forbidden()
            : Send(file);
    }
}
