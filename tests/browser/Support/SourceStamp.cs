using System.Security.Cryptography;
using System.Text;

namespace LarkService.BrowserTests.Support;

/// <summary>Tells whether pictures still show what the sources say: the hash of those they were taken of is committed beside them.</summary>
internal sealed class SourceStamp(string file, IReadOnlyList<string> sources)
{
    private readonly string _file = Path.Combine(Repository.Root, file);

    public async Task<bool> IsOutOfDateAsync() => !File.Exists(_file) || (await File.ReadAllTextAsync(_file)).Trim() != await HashAsync();

    public async Task RenewAsync() => await File.WriteAllTextAsync(_file, await HashAsync() + "\n");

    private async Task<string> HashAsync()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in sources.SelectMany(Files).Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(Repository.Root, file)));
            hash.AppendData(await File.ReadAllBytesAsync(file));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static IEnumerable<string> Files(string source)
    {
        var path = Path.Combine(Repository.Root, source);
        return File.Exists(path) ? [path] : Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories);
    }
}
