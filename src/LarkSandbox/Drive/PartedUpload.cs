namespace LarkSandbox.Drive;

/// <summary>A large file on its way, in blocks of 4 MB; the last may be smaller.</summary>
internal sealed class PartedUpload(string name, long size, string parentType, string parentNode, string? owner, DateTimeOffset expiresAt)
{
    public const int BlockSize = 4 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, string> _blocks = [];

    public string Name => name;

    public long Size => size;

    public string ParentType => parentType;

    public string ParentNode => parentNode;

    public string? Owner => owner;

    public DateTimeOffset ExpiresAt => expiresAt;

    public int BlockCount => (int)((size + BlockSize - 1) / BlockSize);

    public long LengthOf(int block) => block == BlockCount - 1 ? size - ((long)block * BlockSize) : BlockSize;

    /// <summary>The blocks in their order; null while one is missing.</summary>
    public IReadOnlyList<string>? Whole
    {
        get
        {
            lock (_gate)
            {
                return _blocks.Count == BlockCount ? [.. _blocks.OrderBy(b => b.Key).Select(b => b.Value)] : null;
            }
        }
    }

    /// <summary>Keeps a block; one that came before in its place is forgotten.</summary>
    public void Put(int block, string path)
    {
        lock (_gate)
        {
            if (_blocks.TryGetValue(block, out var before))
            {
                File.Delete(before);
            }

            _blocks[block] = path;
        }
    }

    public void Forget()
    {
        lock (_gate)
        {
            foreach (var path in _blocks.Values)
            {
                File.Delete(path);
            }

            _blocks.Clear();
        }
    }
}
