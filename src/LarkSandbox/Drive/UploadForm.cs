using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace LarkSandbox.Drive;

/// <summary>
/// A <c>multipart/form-data</c> upload, read as it comes: the file goes to disk and is never whole in memory; its fields may stand
/// before or behind it. The file is gone with the form unless somebody keeps it.
/// </summary>
internal sealed class UploadForm : IDisposable
{
    private const int LongestField = 4 * 1024;
    private const int BufferBytes = 64 * 1024;

    private readonly Dictionary<string, string> _fields = new(StringComparer.Ordinal);
    private readonly Adler32 _sum = new();
    private string? _path;

    private UploadForm()
    {
    }

    /// <summary>Bytes of the file; one more than allowed stands for too many.</summary>
    public long Size { get; private set; }

    public bool HasFile => _path is not null;

    public string? this[string name] => _fields.GetValueOrDefault(name);

    /// <summary>Null when the body is no such form, or ends in the middle.</summary>
    public static async Task<UploadForm?> ReadAsync(HttpRequest request, Func<string> newPath, long most, CancellationToken ct)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 } boundary)
        {
            return null;
        }

        var form = new UploadForm();
        try
        {
            var reader = new MultipartReader(boundary.ToString(), request.Body);
            while (await reader.ReadNextSectionAsync(ct) is { } section)
            {
                await form.ReadAsync(section, newPath, most, ct);
            }

            return form;
        }
        catch (Exception problem) when (problem is IOException or InvalidDataException)
        {
            form.Dispose();
            return null;
        }
    }

    /// <summary>The declared size is the real one, and so is the checksum where there is one.</summary>
    public IResult? RefuseContent(long most)
    {
        if (!HasFile)
        {
            return DriveError.BadParameter("file is required");
        }

        if (Size > most)
        {
            return DriveError.TooLarge();
        }

        if (this["size"] != Size.ToString(CultureInfo.InvariantCulture))
        {
            return DriveError.WrongSize();
        }

        return this["checksum"] is { Length: > 0 } checksum && checksum != _sum.Value.ToString(CultureInfo.InvariantCulture) ? DriveError.BadChecksum() : null;
    }

    /// <summary>The file is the caller's from now on.</summary>
    public string Keep()
    {
        var path = _path ?? throw new InvalidOperationException("There is no file.");
        _path = null;
        return path;
    }

    public void Dispose()
    {
        if (_path is not null)
        {
            File.Delete(_path);
            _path = null;
        }
    }

    private async Task ReadAsync(MultipartSection section, Func<string> newPath, long most, CancellationToken ct)
    {
        var name = ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) ? HeaderUtilities.RemoveQuotes(disposition.Name).ToString() : "";
        if (name == "file" && _path is null)
        {
            _path = newPath();
            await SaveAsync(section.Body, _path, most, ct);
        }
        else
        {
            _fields[name] = await ReadFieldAsync(section.Body, ct);
        }
    }

    private async Task SaveAsync(Stream body, string path, long most, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, useAsync: true);
            for (int read; Size <= most && (read = await body.ReadAsync(buffer.AsMemory(0, BufferBytes), ct)) > 0;)
            {
                Size += read;
                _sum.Append(buffer.AsSpan(0, read));
                await file.WriteAsync(buffer.AsMemory(0, read), ct);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<string> ReadFieldAsync(Stream body, CancellationToken ct)
    {
        var buffer = new byte[LongestField];
        var length = await body.ReadAtLeastAsync(buffer, LongestField, throwOnEndOfStream: false, ct);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }
}
