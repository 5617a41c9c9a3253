using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LarkService.Accounts.SignIn;

/// <summary>When somebody last tried to sign in, from one address or under one name: the last five times, the newest first, in milliseconds since 1970.</summary>
internal sealed class SignInTry
{
    /// <summary>A name stands here as its hash: people type all sorts of things.</summary>
    public required string Key { get; init; }

    public long At1 { get; init; }

    public long? At2 { get; init; }

    public long? At3 { get; init; }

    public long? At4 { get; init; }

    public long? At5 { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<SignInTry>
    {
        public void Configure(EntityTypeBuilder<SignInTry> tries)
        {
            tries.ToTable("sign_in_tries");
            tries.HasKey(t => t.Key);
            tries.HasIndex(t => t.At1); // what is old?
            tries.Property(t => t.Key).HasMaxLength(64);
        }
    }
}
