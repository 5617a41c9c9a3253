using System.ComponentModel.DataAnnotations;
using LarkService.Platform.Configuration;
using Microsoft.Data.Sqlite;
using Npgsql;

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
            yield break;
        }

        // Read by its own name: which engine it is for is another section's value.
        var configuration = context.Items.TryGetValue(typeof(IConfiguration), out var item) ? item as IConfiguration : null;
        var postgres = string.Equals(configuration?[$"{DatabaseOptions.Section}:{nameof(DatabaseOptions.Provider)}"], nameof(DatabaseProvider.Postgres), StringComparison.OrdinalIgnoreCase);
        if (!Reads(postgres))
        {
            yield return Mend.Key("ConnectionStrings__Default", postgres
                ? "does not read as a PostgreSQL connection string: write it like Host=db.example;Database=lark;Username=lark;Password=…"
                : "does not read as an SQLite connection string: write it like Data Source=data/larkservice.db, or set Database__Provider=Postgres");
        }
    }

    // The builders' own messages would repeat the text, password and all.
    private bool Reads(bool postgres)
    {
        try
        {
            return postgres
                ? !string.IsNullOrEmpty(new NpgsqlConnectionStringBuilder(Default).Host)
                : !string.IsNullOrEmpty(new SqliteConnectionStringBuilder(Default).DataSource);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            return false;
        }
    }
}
