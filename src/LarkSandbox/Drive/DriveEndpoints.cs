using Microsoft.AspNetCore.Mvc;

namespace LarkSandbox.Drive;

/// <summary>The drive's routes: media of documents and files of folders, up and down.</summary>
internal static class DriveEndpoints
{
    public static void MapDrive(this IEndpointRouteBuilder routes)
    {
        var medias = routes.MapGroup("/open-apis/drive/v1/medias");
        medias.MapPost("/upload_all", (HttpContext http, [FromServices] UploadsApi api, CancellationToken ct) => api.MediaAsync(http, ct));
        medias.MapPost("/upload_prepare", (HttpContext http, [FromServices] PartsApi api, CancellationToken ct) => api.PrepareMediaAsync(http, ct));
        medias.MapPost("/upload_part", (HttpContext http, [FromServices] PartsApi api, CancellationToken ct) => api.PartAsync(http, ct));
        medias.MapPost("/upload_finish", (HttpContext http, [FromServices] PartsApi api, CancellationToken ct) => api.FinishAsync(http, ct));
        medias.MapGet("/batch_get_tmp_download_url", (HttpContext http, [FromServices] DownloadsApi api) => api.Links(http));
        medias.MapGet("/{fileToken}/download", (HttpContext http, string fileToken, [FromServices] DownloadsApi api) => api.Media(http, fileToken));

        var files = routes.MapGroup("/open-apis/drive/v1/files");
        files.MapPost("/upload_all", (HttpContext http, [FromServices] UploadsApi api, CancellationToken ct) => api.FileAsync(http, ct));
        files.MapPost("/upload_prepare", (HttpContext http, [FromServices] PartsApi api, CancellationToken ct) => api.PrepareFileAsync(http, ct));
        files.MapPost("/upload_part", (HttpContext http, [FromServices] PartsApi api, CancellationToken ct) => api.PartAsync(http, ct));
        files.MapPost("/upload_finish", (HttpContext http, [FromServices] PartsApi api, CancellationToken ct) => api.FinishAsync(http, ct));
        files.MapGet("/{fileToken}/download", (HttpContext http, string fileToken, [FromServices] DownloadsApi api) => api.File(http, fileToken));

        routes.MapGet("/space/api/box/stream/download/authcode/", (HttpContext http, [FromServices] DownloadsApi api) => api.ByLink(http));
    }
}
