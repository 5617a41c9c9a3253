using LarkService.Data.Audit;
using LarkService.Data.Counting;
using LarkService.Data.News;
using LarkService.Data.Outbox;
using LarkService.Data.Tidying;
using LarkService.Platform.Configuration;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace LarkService.Data;

/// <summary>Registers the database and the outbox.</summary>
internal static class DataSetup
{
    public static IServiceCollection AddData(this IServiceCollection services)
    {
        services.AddChecked<DatabaseOptions>();
        services.AddChecked<ConnectionStringOptions>();
        services.AddPooledDbContextFactory<SqliteLarkDbContext>((provider, o) => o.UseSqlite(ConnectionString(provider)).AddInterceptors(new SqliteConnections()));
        services.AddPooledDbContextFactory<PostgresLarkDbContext>((provider, o) => o.UseNpgsql(ConnectionString(provider)));
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<DatabaseOptions>>().Value.Provider == DatabaseProvider.Postgres
            ? new Database(DatabaseProvider.Postgres, provider.GetRequiredService<IDbContextFactory<PostgresLarkDbContext>>().CreateDbContext)
            : new Database(DatabaseProvider.Sqlite, provider.GetRequiredService<IDbContextFactory<SqliteLarkDbContext>>().CreateDbContext));
        services.AddSingleton<DatabaseSchema>();
        services.AddSingleton<LeaseOwner>();
        services.AddSingleton<DatabaseClock>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<AuditCheck>();
        services.AddSingleton<OutboxPublisher>();
        services.AddSingleton<OutboxSignal>();
        services.AddSingleton<IOldRows, DeadMessages>();
        services.AddSingleton<CleanUp>();
        services.AddHostedService<OutboxLoop>();
        services.AddHostedService<NewsListener>();
        services.AddHostedService<SqliteCheckpoints>();
        services.AddHostedService<RowCountLoop>();
        services.AddHealthChecks().AddCheck<DatabaseHealth>("database", tags: ["ready"]);
        return services;
    }

    private static string ConnectionString(IServiceProvider provider) => provider.GetRequiredService<IOptions<ConnectionStringOptions>>().Value.Default;
}
