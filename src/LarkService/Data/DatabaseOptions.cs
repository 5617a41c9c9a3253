using System.ComponentModel.DataAnnotations;
using LarkService.Platform.Configuration;

namespace LarkService.Data;

/// <summary>Which database engine.</summary>
internal enum DatabaseProvider
{
    /// <summary>A file on this machine; for one process.</summary>
    Sqlite,

    /// <summary>PostgreSQL; for any number of replicas.</summary>
    Postgres,
}

/// <summary>Where the service keeps what must survive (<c>Database</c>).</summary>
internal sealed record DatabaseOptions : ICheckedOptions
{
    public static string Section => "Database";

    /// <summary>Default: <see cref="DatabaseProvider.Sqlite"/>.</summary>
    public DatabaseProvider Provider { get; init; }

    public IEnumerable<ValidationResult> Validate(ValidationContext context) => [];
}

/// <summary>The connection string (<c>ConnectionStrings</c>).</summary>
internal sealed record ConnectionStringOptions : ICheckedOptions
{
    public static string Section => "ConnectionStrings";

    /// <summary>Default: an SQLite file <c>data/larkservice.db</c> under the working directory.</summary>
    public string Default { get; init; } = "Data Source=data/larkservice.db";

    public IEnumerable<ValidationResult> Validate(ValidationContext context)
    {
        if (string.IsNullOrWhiteSpace(Default))
        {
            yield return Mend.Key("ConnectionStrings__Default", "is empty: leave it out for an SQLite file, or set it to the database's connection string");
        }
    }
}
