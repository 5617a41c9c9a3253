namespace LarkSandbox.Drive;

/// <summary>The checksum of an upload (RFC 1950), counted as its bytes come.</summary>
internal sealed class Adler32
{
    private const uint Modulus = 65521;

    // So many bytes fit before 32 bits could overflow.
    private const int MostAtOnce = 5552;

    private uint _low = 1;
    private uint _high;

    public uint Value => (_high << 16) | _low;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var length = Math.Min(bytes.Length, MostAtOnce);
            foreach (var next in bytes[..length])
            {
                _low += next;
                _high += _low;
            }

            _low %= Modulus;
            _high %= Modulus;
            bytes = bytes[length..];
        }
    }
}
