using LarkService.Apaas.Applications;
using LarkService.Apaas.Workspaces;
using LarkService.OnBehalfOf.Operations;

namespace LarkService.Apaas;

/// <summary>Registers what callers do with aPaaS for a user: workspaces with the user's token, functions and flows with the app's.</summary>
internal static class ApaasSetup
{
    public static IServiceCollection AddApaas(this IServiceCollection services)
    {
        services.AddSingleton<WorkspaceClient>();
        services.AddSingleton<TableSchemas>();
        services.AddOperation<RunSql>();
        services.AddOperation<ListTables>();
        services.AddOperation<DescribeTable>();
        services.AddOperation<ListRecords>();
        services.AddOperation<CreateRecords>();
        services.AddOperation<UpdateRecords>();
        services.AddOperation<DeleteRecords>();
        services.AddOperation<InvokeFunction>();
        services.AddOperation<ExecuteFlow>();
        return services;
    }

    /// <summary>An operation that has waited is found by its kind, its route finds it by its type.</summary>
    public static void AddOperation<T>(this IServiceCollection services)
        where T : class, IOperation
    {
        services.AddSingleton<T>();
        services.AddSingleton<IOperation>(provider => provider.GetRequiredService<T>());
    }
}
