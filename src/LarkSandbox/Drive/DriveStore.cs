using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using LarkSandbox.Hosting;

namespace LarkSandbox.Drive;

/// <summary>The uploaded files on disk: at most 1,000 and 1 GB of them. The folder is emptied at the start and gone at the end.</summary>
internal sealed class DriveStore : IDisposable
{
    private const int MostFiles = 1_000;
    private const long MostBytes = 1L << 30;
    private const int TokenLength = 22;
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, DriveFile> _files = new();
    private readonly string _folder;
    private readonly ChangeSignal _changes;
    private long _bytes;
    private int _lastPath;

    public DriveStore(SandboxOptions options, ChangeSignal changes)
    {
        _changes = changes;
        _folder = options.FilesFolder is { } folder ? Path.Combine(folder, "drive") : Path.Combine(Path.GetTempPath(), "lark-sandbox-" + Ids.Hex(8));
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    public IReadOnlyCollection<DriveFile> All => [.. _files.Values];

    public DriveFile? Find(string token) => _files.GetValueOrDefault(token);

    /// <summary>Where the next bytes may lie.</summary>
    public string NewPath()
    {
        Directory.CreateDirectory(_folder);
        return Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{Interlocked.Increment(ref _lastPath)}.bin"));
    }

    /// <summary>Null when there is no room for it.</summary>
    public DriveFile? Add(string name, long size, string parentType, string parentNode, string? owner, string path)
    {
        lock (_gate)
        {
            if (_files.Count >= MostFiles || _bytes + size > MostBytes)
            {
                return null;
            }

            _bytes += size;
        }

        var file = new DriveFile("boxcn" + RandomNumberGenerator.GetString(Letters, TokenLength), name, size, parentType, parentNode, owner, path);
        _files[file.Token] = file;
        _changes.Notify();
        return file;
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }
}
