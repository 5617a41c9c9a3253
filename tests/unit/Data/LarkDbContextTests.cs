using LarkService.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;

namespace LarkService.UnitTests.Data;

public sealed class LarkDbContextTests
{
    private const int LongestName = 63; // PostgreSQL cuts longer ones without a word

    public static TheoryData<string> Providers => ["sqlite", "postgres"];

    [Theory]
    [MemberData(nameof(Providers))]
    public void Every_name_in_the_database_is_snake_case_and_short_enough(string provider)
    {
        using var db = Open(provider);

        Assert.All(db.Model.GetEntityTypes().SelectMany(NamesOf), name =>
        {
            Assert.Matches("^[a-z][a-z0-9_]*$", name);
            Assert.True(name.Length <= LongestName, name);
        });
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void No_two_keys_or_indexes_have_one_name(string provider)
    {
        using var db = Open(provider);
        var names = db.Model.GetEntityTypes()
            .SelectMany(e => e.GetKeys().Select(k => k.GetName()!).Concat(e.GetIndexes().Select(i => i.GetDatabaseName()!))).ToList();

        Assert.Equal(names.Distinct(), names);
    }

    [Fact]
    public void Both_engines_have_the_same_tables_and_columns()
    {
        using var sqlite = Open("sqlite");
        using var postgres = Open("postgres");

        Assert.Equal(ColumnsOf(postgres), ColumnsOf(sqlite));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Every_migration_knows_the_tables_of_those_before_it(string provider)
    {
        using var db = Open(provider);
        var migrations = db.GetService<IMigrationsAssembly>();
        List<string> before = [];
        foreach (var (id, type) in migrations.Migrations.OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            var tables = migrations.CreateMigration(type, db.Database.ProviderName!).TargetModel.GetEntityTypes().Select(e => e.GetTableName()!).ToList();
            Assert.True(before.TrueForAll(tables.Contains), $"{id} lacks {string.Join(", ", before.Except(tables))}");
            before = tables;
        }

        Assert.Equal(db.Model.GetEntityTypes().Select(e => e.GetTableName()!).Order(StringComparer.Ordinal), before.Order(StringComparer.Ordinal));
    }

    private static LarkDbContext Open(string provider) => provider == "sqlite"
        ? new SqliteLarkDbContext(new DbContextOptionsBuilder<SqliteLarkDbContext>().UseSqlite("Data Source=:memory:").Options)
        : new PostgresLarkDbContext(new DbContextOptionsBuilder<PostgresLarkDbContext>().UseNpgsql("Host=127.0.0.1").Options);

    private static IEnumerable<string> ColumnsOf(LarkDbContext db) => db.Model.GetEntityTypes()
        .SelectMany(e => e.GetProperties().Select(p => $"{e.GetTableName()}.{p.GetColumnName()}"))
        .Where(c => !c.EndsWith(".xmin", StringComparison.Ordinal) && !c.EndsWith(".version", StringComparison.Ordinal)) // each engine's own way to see a stale save
        .Order(StringComparer.Ordinal);

    private static IEnumerable<string> NamesOf(IEntityType entity) =>
    [
        entity.GetTableName()!,
        .. entity.GetProperties().Select(p => p.GetColumnName()),
        .. entity.GetKeys().Select(k => k.GetName()!),
        .. entity.GetIndexes().Select(i => i.GetDatabaseName()!),
        .. entity.GetForeignKeys().Select(f => f.GetConstraintName()!),
    ];
}
