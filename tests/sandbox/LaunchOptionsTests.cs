using LarkSandbox.Hosting;

namespace LarkSandbox.Tests;

public sealed class LaunchOptionsTests
{
    [Fact]
    public void Without_arguments_the_demo_starts_on_its_usual_ports() =>
        Assert.Equal((8090, 8080, false, false), LaunchOptions.Parse([]) is var o ? (o.Port, o.ServicePort, o.RedirectFlow, o.NoService) : default);

    [Theory]
    [InlineData("--flow", "carrier-pigeon")]
    [InlineData("--port", "many")]
    [InlineData("--frobnicate", "x")]
    public void A_mistake_is_named(params string[] args) => Assert.Throws<FormatException>(() => LaunchOptions.Parse(args));

    [Fact]
    public void Secrets_are_made_once_and_only_for_their_owner()
    {
        var folder = Directory.CreateTempSubdirectory("lark-sandbox-").FullName;
        try
        {
            var first = new DataFolder(folder);
            var second = new DataFolder(folder);

            Assert.Equal(32, Convert.FromBase64String(first.EncryptionKey).Length);
            Assert.Equal((first.EncryptionKey, first.AppSecret, first.BootstrapKey), (second.EncryptionKey, second.AppSecret, second.BootstrapKey));
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "encryption.key")));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
