using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LarkService.Accounts.Limits;

/// <summary>Requests of one caller or address in one short stretch of time, of all replicas together.</summary>
internal sealed class RequestCount
{
    /// <summary>See <see cref="LimitKey.Text"/>.</summary>
    public required string Key { get; init; }

    /// <summary>Where the stretch begins, in milliseconds since 1970.</summary>
    public long Beginning { get; init; }

    public int Calls { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<RequestCount>
    {
        public void Configure(EntityTypeBuilder<RequestCount> count)
        {
            count.ToTable("request_counts");
            count.HasKey(c => new { c.Key, c.Beginning });
            count.HasIndex(c => c.Beginning); // what is old?
            count.Property(c => c.Key).HasMaxLength(40);
        }
    }
}
