using LarkService.Platform;

namespace LarkService.UnitTests.Platform;

public sealed class ScopeSetTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("  ", "")]
    [InlineData(" b  a\tb\na ", "a b")]
    [InlineData("B b", "B b")]
    public void Scopes_are_read_from_any_white_space_and_written_in_one_order(string? text, string expected) =>
        Assert.Equal(expected, ScopeSet.Parse(text).ToString());

    [Fact]
    public void Order_and_doubles_do_not_matter()
    {
        Assert.Equal(ScopeSet.Of("a", "b"), ScopeSet.Of("b", "a", "b"));
        Assert.Equal(ScopeSet.Of("a", "b").GetHashCode(), ScopeSet.Parse("b a").GetHashCode());
        Assert.NotEqual(ScopeSet.Of("a"), ScopeSet.Of("A"));
    }

    [Fact]
    public void A_set_covers_what_it_holds_and_always_the_empty_set()
    {
        Assert.True(ScopeSet.Of("a", "b").Covers(ScopeSet.Of("b")));
        Assert.True(ScopeSet.Empty.Covers(ScopeSet.Empty));
        Assert.False(ScopeSet.Of("a").Covers(ScopeSet.Of("a", "b")));
        Assert.False(ScopeSet.Of("task").Covers(ScopeSet.Of("task:read")));
    }

    [Fact]
    public void Sets_are_joined_and_subtracted_without_being_changed()
    {
        var one = ScopeSet.Of("a", "b");
        var other = ScopeSet.Of("b", "c");

        Assert.Equal("a b c", one.Union(other).ToString());
        Assert.Equal("a", one.Except(other).ToString());
        Assert.Same(one, one.Union(ScopeSet.Empty));
        Assert.Equal("a b", one.ToString());
    }
}
