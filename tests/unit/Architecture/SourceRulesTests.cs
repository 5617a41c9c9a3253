namespace LarkService.UnitTests.Architecture;

public sealed class SourceRulesTests
{
    private readonly SourceRules _rules = new(new Dictionary<string, IReadOnlySet<string>>
    {
        ["Grants"] = new HashSet<string> { "UserGrants" },
        ["Data"] = new HashSet<string> { "Database", "Outbox" },
    });

    [Fact]
    public void A_forbidden_using_is_caught() => Assert.Equal(
        ["Messaging/Foo.cs uses Grants: not allowed (Messaging may use Platform)"],
        _rules.Faults("Messaging/Foo.cs", "using LarkService.Grants;\nnamespace LarkService.Messaging;\n"));

    [Theory]
    [InlineData("internal sealed class Foo(LarkService.Grants.UserGrants grants);")]
    [InlineData("internal sealed class Foo(Grants.UserGrants grants);")]
    [InlineData("using static LarkService.Grants.UserGrants;")]
    [InlineData("using G = global::LarkService.Grants.UserGrants;")]
    [InlineData("string Url => \"http://host\"; Grants.UserGrants? _grants;")]
    public void A_forbidden_mention_is_caught_however_it_is_written(string code) =>
        Assert.Single(_rules.Faults("Messaging/Foo.cs", code));

    [Theory]
    [InlineData("// see LarkService.Grants.UserGrants")]
    [InlineData("/* LarkService.Grants */")]
    [InlineData("string Text => \"LarkService.Grants\";")]
    [InlineData("string Text => @\"LarkService.Grants\";")]
    [InlineData("var id = answer.Data.Outbox;")]
    [InlineData("var id = Data.GetProperty(\"id\");")]
    [InlineData("using LarkService.Platform;")]
    [InlineData("using LarkService.Migrations.Postgres;")]
    public void What_is_no_use_of_another_folder_is_left_alone(string code) => Assert.Empty(_rules.Faults("Messaging/Foo.cs", code));

    [Fact]
    public void A_namespace_other_than_the_folder_is_caught() => Assert.Equal(
        ["Data/Outbox/Foo.cs is in namespace LarkService.Data: its folder says LarkService.Data.Outbox"],
        _rules.Faults("Data/Outbox/Foo.cs", "namespace LarkService.Data;"));

    [Fact]
    public void A_use_of_the_sandbox_is_caught() => Assert.Single(_rules.Faults("Hosting/Foo.cs", "using LarkSandbox.Wire;"));

    [Fact]
    public void A_global_using_of_a_feature_is_caught() => Assert.Single(_rules.Faults("Hosting/Foo.cs", "global using LarkService.Grants;"));

    [Fact]
    public void The_composition_root_may_use_everything() => Assert.Empty(_rules.Faults("Program.cs", "using LarkService.Grants;"));
}
