using System.Buffers.Text;
using System.Security.Cryptography;
using LarkSandbox.Hosting;

namespace LarkSandbox.OAuth;

/// <summary>Makes tokens that look and weigh like real ones: <c>eyJ…</c>, about 1.5 KB, opaque.</summary>
internal sealed class TokenMint(IssuedSecrets secrets)
{
    private const string Head = "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.";

    public string UserToken() => secrets.Add($"{Head}eyJ{Random(1080)}.{Random(64)}");

    public string TenantToken() => secrets.Add("t-" + Ids.Hex(20));

    public string AppToken() => secrets.Add("a-" + Ids.Hex(20));

    public string Code() => secrets.Add(Random(48));

    public string DeviceCode() => secrets.Add(Random(96));

    public string UserCode()
    {
        const string letters = "BCDFGHJKLMNPQRSTVWXZ";
        return secrets.Add($"{RandomNumberGenerator.GetString(letters, 4)}-{RandomNumberGenerator.GetString(letters, 4)}");
    }

    private static string Random(int bytes) => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(bytes));
}
