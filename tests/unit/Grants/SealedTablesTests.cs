using LarkService.Authorization;
using LarkService.Data;
using LarkService.Grants;
using LarkService.Grants.Sealing;
using LarkService.OnBehalfOf;
using LarkService.UnitTests.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LarkService.UnitTests.Grants;

public sealed class SealedTablesTests
{
    /// <summary>As the features register them.</summary>
    internal static IReadOnlyList<SealedTable> All { get; } =
        [.. new ServiceCollection().AddGrants().AddAuthorizationSessions().AddOnBehalfOf().Select(s => s.ServiceType == typeof(SealedTable) ? s.ImplementationInstance : null).OfType<SealedTable>()];

    [Fact]
    public void Every_sealed_property_of_the_model_is_a_registered_column_so_that_a_rotation_forgets_none()
    {
        using var file = TemporaryDatabase.WithTables();
        using LarkDbContext db = file.Database.Open();
        var inModel =
            from entity in db.Model.GetEntityTypes()
            from property in entity.GetProperties()
            where property.Name.StartsWith("Sealed", StringComparison.Ordinal)
            select $"{entity.GetTableName()}.{property.GetColumnName()}";

        Assert.Equal(inModel.Order(), All.SelectMany(t => t.Columns.Select(c => $"{t.Name}.{c.Name}")).Order());
    }

    [Fact]
    public void Every_registered_key_is_the_tables_key()
    {
        using var file = TemporaryDatabase.WithTables();
        using LarkDbContext db = file.Database.Open();

        Assert.All(All, table => Assert.Equal(
            table.Key, Assert.Single(db.Model.GetEntityTypes().Single(e => e.GetTableName() == table.Name).FindPrimaryKey()!.Properties).GetColumnName()));
    }
}
