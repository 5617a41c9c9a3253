namespace LarkSandbox.Apaas.Applications;

/// <summary>The demo application of the tenant: its name, and what calls of it are refused with.</summary>
internal static class Application
{
    public const string Namespace = "package_sandbox__c";

    /// <summary>Throws <see cref="FormatException"/> for any other application.</summary>
    public static void Demand(string name)
    {
        if (name != Namespace)
        {
            throw new FormatException($"application {name} does not exist");
        }
    }
}
