using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LarkService.Accounts.SignIn;

/// <summary>A person who calls the API: signs in with an e-mail address and a password.</summary>
internal sealed class Account
{
    public required Guid Id { get; init; }

    /// <summary>In lower case; two that differ in case only are one.</summary>
    public required string Email { get; init; }

    /// <summary>By ASP.NET Core Identity's hasher, which says in there how it was made.</summary>
    public required string PasswordHash { get; init; }

    /// <summary>See <see cref="PermissionList"/>; none for who registered by themselves.</summary>
    public required string Permissions { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The caller who made it; <c>self</c> for who registered by themselves.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>Since when it cannot sign in; null: it can.</summary>
    public DateTimeOffset? DisabledAt { get; init; }

    public DateTimeOffset? LastSignedInAt { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<Account>
    {
        public void Configure(EntityTypeBuilder<Account> account)
        {
            account.ToTable("accounts");
            account.HasKey(a => a.Id);
            account.HasIndex(a => a.Email).IsUnique();
            account.Property(a => a.Email).HasMaxLength(Credentials.LongestEmail);
            account.Property(a => a.PasswordHash).HasMaxLength(200);
            account.Property(a => a.Permissions).HasMaxLength(500);
            account.Property(a => a.CreatedBy).HasMaxLength(64);
        }
    }
}
