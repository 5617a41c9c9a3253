using static LarkSandbox.Tests.Apaas.WorkspaceTest;

namespace LarkSandbox.Tests.Apaas;

/// <summary>Filters as PostgREST writes them.</summary>
public sealed class FilterTests(SharedWorkspace workspace) : IClassFixture<SharedWorkspace>
{
    [Theory]
    [InlineData("priority=eq.1", "Call Ann back")]
    [InlineData("priority=neq.2", "Call Ann back|Archive last year")]
    [InlineData("priority=gt.2", "Archive last year")]
    [InlineData("priority=gte.2", "Send the offer|Plan the launch|Archive last year")]
    [InlineData("priority=lt.2", "Call Ann back")]
    [InlineData("priority=lte.1", "Call Ann back")]
    [InlineData("priority=not.eq.2", "Call Ann back|Archive last year")]
    [InlineData("title=like.*Ann*", "Call Ann back")]
    [InlineData("title=like.*ann*", "")]
    [InlineData("title=ilike.%ann%", "Call Ann back")]
    [InlineData("title=ilike.call _nn back", "Call Ann back")]
    [InlineData("state=in.(doing,done)", "Send the offer|Archive last year")]
    [InlineData("title=in.(\"Send the offer\",\"a,b\")", "Send the offer")]
    [InlineData("due=is.null", "Plan the launch|Archive last year")]
    [InlineData("due=not.is.null&state=eq.todo", "Call Ann back")]
    [InlineData("due=gte.2026-12-02T00:00:00Z", "Send the offer")]
    [InlineData("or=(priority.eq.1,state.eq.done)", "Call Ann back|Archive last year")]
    [InlineData("not.or=(priority.eq.1,state.eq.done)", "Send the offer|Plan the launch")]
    [InlineData("and=(priority.eq.2,or(state.eq.doing,customer.eq.王一一),not.and(state.eq.doing,customer.eq.Bob))", "Plan the launch")]
    [InlineData("customer=eq.Bob&priority=eq.2", "Send the offer")]
    [InlineData("customer=eq.Bob%26priority", "")]
    public async Task They_find_what_they_say(string filter, string titles) =>
        Assert.Equal(titles.Split('|', StringSplitOptions.RemoveEmptyEntries), await workspace.FindAsync(filter));

    [Theory]
    [InlineData("vip=is.true", "Ann|王一一")]
    [InlineData("vip=eq.false", "Bob")]
    [InlineData("revenue=gt.8000.5", "Ann|王一一")]
    public async Task Types_of_columns_count(string filter, string names) =>
        Assert.Equal(names.Split('|'), await workspace.FindAsync(filter, "name", Customers));

    [Theory]
    [InlineData("secret=eq.1", "column secret of tasks does not exist")]
    [InlineData("or=(1=1)", "does not exist")]
    [InlineData("title", "a name or an operator expected")]
    [InlineData("title=Ann", "a name or an operator expected")]
    [InlineData("title=regex.Ann", "operator regex is not known")]
    [InlineData("priority=eq.one", "invalid input for bigint priority")]
    [InlineData("priority=eq.1&", "a name or an operator expected")]
    [InlineData("due=is.soon", "null, true or false")]
    [InlineData("or=(priority.eq.1", ") expected")]
    [InlineData("or=(priority.eq.1))", "nothing more expected")]
    [InlineData("and=(title.eq.\"a)", "a quote is not closed")]
    [InlineData("and=(title.eq.\"a\"b)", "something stands behind the closing quote")]
    [InlineData("state=in.todo", "( expected")]
    public async Task What_is_no_filter_is_refused_with_its_place(string filter, string words) =>
        Refused(await workspace.GetAsync($"{Tasks}?filter={Uri.EscapeDataString(filter)}"), words);

    [Fact]
    public async Task Depth_and_number_of_conditions_are_bounded()
    {
        var deep = "and=" + string.Concat(Enumerable.Repeat("(and", 12)) + "(title.eq.x)" + new string(')', 12);
        Refused(await workspace.GetAsync($"{Tasks}?filter={Uri.EscapeDataString(deep)}"), "more than 10 groups");
        var many = string.Join('&', Enumerable.Repeat("title=eq.x", 101));
        Refused(await workspace.GetAsync($"{Tasks}?filter={Uri.EscapeDataString(many)}"), "more than 100 conditions");
    }
}
