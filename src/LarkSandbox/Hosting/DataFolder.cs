using System.Security.Cryptography;

namespace LarkSandbox.Hosting;

/// <summary>The demo's folder: secrets made once and kept, so that a restart can read what the last run stored.</summary>
internal sealed class DataFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public DataFolder(string path)
    {
        Root = Path.GetFullPath(path);
        Directory.CreateDirectory(Root);
        EncryptionKey = Keep("encryption.key", () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        AppSecret = Keep("app.secret", () => Ids.Hex(16));
        BootstrapKey = Keep("api.key", () => "lsk_" + Ids.Hex(24));
    }

    public string Root { get; }

    public string EncryptionKey { get; }

    public string AppSecret { get; }

    public string BootstrapKey { get; }

    public string BootstrapKeyFile => Path.Combine(Root, "api.key");

    public string Database => Path.Combine(Root, "larkservice.db");

    public string ServiceLog => Path.Combine(Root, "larkservice.log");

    /// <summary>Written for the owner's eyes only, in one step, so that a crash leaves no half file.</summary>
    private string Keep(string name, Func<string> make)
    {
        var path = Path.Combine(Root, name);
        if (File.Exists(path) && File.ReadAllText(path).Trim() is { Length: > 0 } kept)
        {
            return kept;
        }

        var made = make();
        var draft = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            draft.UnixCreateMode = OwnerOnly;
        }

        using (var writer = new StreamWriter(path + ".new", draft))
        {
            writer.Write(made);
        }

        File.Move(path + ".new", path, overwrite: true);
        return made;
    }
}
