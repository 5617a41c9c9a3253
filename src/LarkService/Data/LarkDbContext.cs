using LarkService.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace LarkService.Data;

/// <summary>
/// The one model of the database. It knows no feature: every <see cref="IEntityTypeConfiguration{TEntity}"/> of the assembly
/// brings its own table, and features reach theirs with <c>Set&lt;T&gt;()</c>.
/// </summary>
internal abstract class LarkDbContext(DbContextOptions options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(LarkDbContext).Assembly);
        SnakeCase.Apply(modelBuilder.Model);
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<ScopeSet>().HaveConversion<ScopesAsText, ScopesCompared>();

    private sealed class ScopesAsText() : ValueConverter<ScopeSet, string>(s => s.ToString(), s => ScopeSet.Parse(s));

    // The sets never change, so a snapshot is the set itself.
    private sealed class ScopesCompared() : ValueComparer<ScopeSet>((a, b) => object.Equals(a, b), s => s.GetHashCode(), s => s);
}

/// <summary>The model on PostgreSQL.</summary>
internal sealed class PostgresLarkDbContext(DbContextOptions<PostgresLarkDbContext> options) : LarkDbContext(options);

/// <summary>The model on SQLite.</summary>
internal sealed class SqliteLarkDbContext(DbContextOptions<SqliteLarkDbContext> options) : LarkDbContext(options)
{
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);

        // SQLite has no type for a point in time and cannot compare its text form: whole milliseconds since 1970 in UTC.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<TimeAsMilliseconds>();
    }

    private sealed class TimeAsMilliseconds() : ValueConverter<DateTimeOffset, long>(t => t.ToUnixTimeMilliseconds(), ms => DateTimeOffset.FromUnixTimeMilliseconds(ms));
}
