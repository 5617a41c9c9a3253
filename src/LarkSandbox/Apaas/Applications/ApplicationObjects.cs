using LarkSandbox.Apaas.Tables;

namespace LarkSandbox.Apaas.Applications;

/// <summary>The objects of the demo application, as tables: orders and customers.</summary>
internal sealed class ApplicationObjects : IDisposable
{
    private const long FirstId = 1_800_000_000_000_011;

    public ApplicationObjects(TimeProvider clock)
    {
        Database = new TableDatabase(clock, FirstId);
        Database.Create(Table.Of("order", "Orders",
        [
            new("subject", ColumnType.Varchar) { Description = "Subject" },
            new("a", ColumnType.Bigint) { Description = "A whole number" },
            new("amount", ColumnType.Numeric) { Description = "Amount" },
            new("paid", ColumnType.Yes) { Description = "Paid" },
        ]));
        Database.Create(Table.Of("customer", "Customers", [new("name", ColumnType.Varchar) { IsRequired = true, IsUnique = true, Description = "Name" }]));
    }

    public TableDatabase Database { get; }

    /// <summary>Throws <see cref="FormatException"/> when there is no such application or object.</summary>
    public Table Get(string application, string name)
    {
        Application.Demand(application);
        return Database.GetTable(name);
    }

    public void Dispose() => Database.Dispose();
}
