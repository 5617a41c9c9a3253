namespace LarkService.IntegrationTests.Monitoring;

/// <summary>Files of the repository that the tests run in.</summary>
internal static class Files
{
    public static string InRepository(params string[] parts)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "LarkService.sln")))
            {
                return Path.Combine([folder.FullName, .. parts]);
            }
        }

        throw new InvalidOperationException($"No LarkService.sln above {AppContext.BaseDirectory}.");
    }
}
