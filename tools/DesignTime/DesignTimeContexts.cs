using LarkService.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace LarkService.DesignTime;

/// <summary>The model on SQLite for <c>dotnet ef</c>, which reads it and never opens a database.</summary>
internal sealed class SqliteDesignTime : IDesignTimeDbContextFactory<SqliteLarkDbContext>
{
    public SqliteLarkDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqliteLarkDbContext>().UseSqlite("Data Source=:memory:").Options);
}

/// <summary>The model on PostgreSQL for <c>dotnet ef</c>.</summary>
internal sealed class PostgresDesignTime : IDesignTimeDbContextFactory<PostgresLarkDbContext>
{
    public PostgresLarkDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<PostgresLarkDbContext>().UseNpgsql("Host=127.0.0.1;Database=none;Username=none").Options);
}
