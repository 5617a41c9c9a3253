using LarkService.Platform;

namespace LarkService.UnitTests.Architecture;

public sealed class ArchitectureTests
{
    private const string Service = "src/LarkService";
    private const int LongestFile = 400;
    private static readonly string[] NotFeatures = ["bin", "obj", "Properties", "wwwroot"];
    private static readonly SourceRules Rules = new(CompiledRules.NamesByFolder(typeof(Secret).Assembly));

    [Fact]
    public void Sources_use_only_the_folders_the_table_allows() =>
        Assert.Empty(Repository.Files(Service, "*.cs", "*.cshtml").SelectMany(file => Rules.Faults(file, Repository.Read(Service, file))));

    [Fact]
    public void Compiled_types_use_only_the_folders_the_table_allows() => Assert.Empty(CompiledRules.Faults(typeof(Secret).Assembly));

    [Fact]
    public void Every_folder_of_the_service_is_in_the_table() =>
        Assert.Empty(Directory.GetDirectories(Repository.Path(Service)).Select(d => Path.GetFileName(d)!).Except(NotFeatures).Except(FolderTable.MayUse.Keys));

    [Fact]
    public void The_table_has_no_circle()
    {
        // Given the folders in the order of the table, each may use only what stands before it
        List<string> below = [];
        foreach (var (folder, uses) in FolderTable.MayUse)
        {
            Assert.All(uses, used => Assert.Contains(used, below));
            below.Add(folder);
        }
    }

    [Fact]
    public void The_table_in_the_documentation_is_the_table_that_is_checked()
    {
        var documented = Repository.Read("docs", "architecture.md").Split('\n')
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length == 5 && FolderTable.MayUse.ContainsKey(cells[1].Trim('`')))
            .ToDictionary(cells => cells[1].Trim('`'), cells => cells[3]);

        Assert.Equal(FolderTable.MayUse.Keys.Order(), documented.Keys.Order());
        Assert.All(FolderTable.MayUse, row => Assert.Equal(
            row.Key switch
            {
                "Console" => "all of the above",
                "Hosting" => "everything",
                _ => row.Value.Length == 0 ? "–" : string.Join(", ", row.Value),
            },
            documented[row.Key]));
    }

    [Fact]
    public void The_service_is_built_without_the_sandbox()
    {
        Assert.DoesNotContain(typeof(Secret).Assembly.GetReferencedAssemblies(), a => a.Name!.Contains("Sandbox", StringComparison.Ordinal));
        Assert.DoesNotContain("LarkSandbox.csproj", Repository.Read(Service, "LarkService.csproj"), StringComparison.Ordinal);
    }

    [Fact]
    public void No_source_file_is_longer_than_400_lines() =>
        Assert.DoesNotContain(Repository.Files("src", "*.cs"), file => File.ReadLines(Repository.Path("src", file)).Count() > LongestFile);
}
