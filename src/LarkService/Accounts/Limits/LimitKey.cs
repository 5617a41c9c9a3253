using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace LarkService.Accounts.Limits;

/// <summary>What requests are counted by.</summary>
internal enum LimitKind : byte
{
    /// <summary>An address, at routes that ask for no key.</summary>
    Open,

    /// <summary>An address, at routes that ask for a key, without a good one.</summary>
    Stranger,

    /// <summary>An API key.</summary>
    Key,

    /// <summary>An account.</summary>
    Account,

    /// <summary>An address, at pages that people's browsers open.</summary>
    Page,

    /// <summary>An address whose keys nobody had ever heard of, at any route.</summary>
    UnknownKey,
}

/// <summary>Who is counted, in few bytes. An IPv6 address stands for its /64: that much everybody has at home.</summary>
internal readonly record struct LimitKey(LimitKind Kind, ulong High, ulong Low)
{
    private const ulong MappedV4 = 0xffff_0000_0000;
    private const int Ipv6Length = 16;

    public static LimitKey Of(LimitKind kind, Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return new(kind, BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
    }

    public static LimitKey Of(LimitKind kind, IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[Ipv6Length];
        if (address is null || !address.TryWriteBytes(bytes, out var length))
        {
            return new(kind, 0, 0);
        }

        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return new(kind, 0, MappedV4 | BinaryPrimitives.ReadUInt32BigEndian(bytes[..length]));
        }

        // An IPv4 address that came in on an IPv6 socket is still one.
        return address.IsIPv4MappedToIPv6
            ? new(kind, 0, MappedV4 | BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]))
            : new(kind, BinaryPrimitives.ReadUInt64BigEndian(bytes), 0);
    }

    /// <summary>For the database.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{(byte)Kind}/{High:x}/{Low:x}");
}
