using FsCheck;
using FsCheck.Fluent;
using LarkService.Apaas.Workspaces;

namespace LarkService.UnitTests.Apaas.Workspaces;

/// <summary>Filters: what callers write, what goes to the platform, and that a value stays a value.</summary>
public sealed class FilterTests
{
    private static readonly Config Cases = Config.QuickThrowOnFailure.WithMaxTest(1000);

    private static Gen<string> Values => Gen.OneOf(
        Gen.Elements("'", "\"", "\\", ",", ".", "(", ")", "&", "=", "%", "%26", "+", "#", ";", "*", " ", "\n", "or", "and=(", "eq.", "name", "1", "王", "😀", "\u0001").ListOf().Select(parts => string.Concat(parts)),
        ArbMap.Default.GeneratorFor<NonNull<string>>().Select(s => Whole(s.Get)));

    private static Gen<RecordFilter> Comparisons =>
        from column in Gen.Elements("name", "年龄", "order", "limit", "_id", "a1")
        from op in Gen.Elements("eq", "neq", "gt", "like", "in")
        from one in Values
        from more in Values.ListOf()
        select (RecordFilter)FilterOps.Compare(column, op, op == "in" ? [one, .. more.Take(5)] : [one]);

    private static Gen<RecordFilter> Filters => Gen.OneOf(
        Comparisons,
        Comparisons.NonEmptyListOf().Select(all => (RecordFilter)new RecordFilter.All([.. all.Take(4)])),
        from left in Comparisons
        from right in Comparisons.NonEmptyListOf()
        select (RecordFilter)new RecordFilter.Any([left, new RecordFilter.All([.. right.Take(4)])]));

    [Theory]
    [InlineData("""{"column":"age","op":"gt","value":18}""", "age=gt.18")]
    [InlineData("""{"column":"score","op":"lte","value":1.5}""", "score=lte.1.5")]
    [InlineData("""{"column":"name","op":"eq","value":"王一一"}""", "name=eq.王一一")]
    [InlineData("""{"column":"name","op":"eq","value":"Ann Lee"}""", "and=(name.eq.\"Ann Lee\")")]
    [InlineData("""{"column":"name","op":"eq","value":""}""", "and=(name.eq.\"\")")]
    [InlineData("""{"column":"name","op":"eq","value":"a\"b\\c"}""", """and=(name.eq."a\"b\\c")""")]
    [InlineData("""{"column":"name","op":"eq","value":"x&_id=neq.0"}""", "and=(name.eq.\"x%26_id=neq.0\")")]
    [InlineData("""{"column":"name","op":"eq","value":"50% + more"}""", "and=(name.eq.\"50%25 %2B more\")")]
    [InlineData("""{"column":"name","op":"like","value":"A*"}""", "and=(name.like.\"A*\")")]
    [InlineData("""{"column":"order","op":"eq","value":5}""", "and=(order.eq.5)")]
    [InlineData("""{"column":"done","op":"is","value":null}""", "done=is.null")]
    [InlineData("""{"column":"done","op":"is","value":true}""", "done=is.true")]
    [InlineData("""{"column":"state","op":"in","value":["new","in work",3]}""", "state=in.(new,\"in work\",3)")]
    [InlineData("""[{"column":"a","op":"eq","value":1},{"column":"b","op":"neq","value":2}]""", "and=(a.eq.1,b.neq.2)")]
    [InlineData("""{"or":[{"column":"a","op":"eq","value":1},{"and":[{"column":"b","op":"gt","value":2},{"column":"c","op":"in","value":[3]}]}]}""", "or=(a.eq.1,and(b.gt.2,c.in.(3)))")]
    public void Json_becomes_the_platforms_text(string json, string text) => Assert.Equal(text, FilterWriter.Write(FilterReader.Read(json)));

    [Theory]
    [InlineData("age=gt.18", "age=gt.18")]
    [InlineData("age=gt.18&name=eq.Ann Lee", "and=(age.gt.18,name.eq.\"Ann Lee\")")]
    [InlineData("name=eq.A%26B", "and=(name.eq.\"A%26B\")")]
    [InlineData("name=eq.\"quoted\"", """and=(name.eq."\"quoted\"")""")]
    [InlineData("or=(age.lt.18,and(age.gt.60,name.like.A*))", "or=(age.lt.18,and(age.gt.60,name.like.\"A*\"))")]
    [InlineData("state=in.(a,\"b,c\",\"d\\\"e\")", "state=in.(a,\"b,c\",\"d\\\"e\")")]
    [InlineData("deleted=is.null", "deleted=is.null")]
    [InlineData("mail=eq.ann@example.com", "and=(mail.eq.\"ann@example.com\")")]
    public void The_platforms_own_text_is_read_and_written_anew(string text, string written) => Assert.Equal(written, FilterWriter.Write(FilterReader.Read(text)));

    [Theory]
    [InlineData("age", "write it as")]
    [InlineData("=eq.1", "write it as")]
    [InlineData("age=18", "no comparison")]
    [InlineData("age=not.eq.18", "no comparison")]
    [InlineData("limit=5", "no comparison")]
    [InlineData("age=gt.18&", "write it as")]
    [InlineData("or=(a.eq.1", "write it as")]
    [InlineData("or=(a.eq.1)b", "write it as")]
    [InlineData("or=()", "write it as")]
    [InlineData("a=in.()", "1 to 200 values")]
    [InlineData("a=in.1", "write it as")]
    [InlineData("a=is.maybe", "null, true, false")]
    [InlineData("tasks; drop table tasks=eq.1", "no column name")]
    [InlineData("a->>b=eq.1", "no column name")]
    [InlineData("or=(\"a\".eq.1)", "no column name")]
    [InlineData("{\"column\":\"a\"", "begins like JSON")]
    [InlineData("{}", "each once")]
    [InlineData("[]", "1 to 50 entries")]
    [InlineData("[1]", "each entry is")]
    [InlineData("{\"and\":[]}", "1 to 50 entries")]
    [InlineData("{\"column\":\"a\",\"op\":\"eq\",\"value\":1,\"raw\":\"x\"}", "'raw' is not known")]
    [InlineData("{\"column\":\"a\",\"op\":\"eq\",\"value\":1,\"value\":2}", "each once")]
    [InlineData("{\"column\":\"a\",\"op\":\"eq\",\"value\":null}", "nothing compares with null")]
    [InlineData("{\"column\":\"a\",\"op\":\"eq\",\"value\":{}}", "takes a text")]
    [InlineData("{\"column\":\"a\",\"op\":\"EQ\",\"value\":1}", "no comparison")]
    [InlineData("{\"column\":\"and\",\"op\":\"eq\",\"value\":1}", "a word of the filter's language")]
    [InlineData("{\"column\":\"a\",\"op\":\"in\",\"value\":1}", "a list of values")]
    [InlineData("{\"column\":\"a\",\"op\":\"eq\",\"value\":\"\\ud800\"}", "half a character")]
    [InlineData("{\"and\":[{\"and\":[{\"and\":[{\"and\":[{\"and\":[{\"column\":\"a\",\"op\":\"eq\",\"value\":1}]}]}]}]},{\"and\":[{\"and\":[{\"and\":[{\"and\":[{\"and\":[{\"and\":[1]}]}]}]}]}]}]}", "deep")]
    public void What_is_no_filter_is_refused_with_the_way_out(string filter, string words) =>
        Assert.Contains(words, Assert.Throws<FilterException>(() => FilterReader.Read(filter)).Message, StringComparison.Ordinal);

    [Fact]
    public void Filters_stay_small()
    {
        var many = string.Join('&', Enumerable.Repeat("a=eq.1", FilterOps.MostComparisons));
        _ = FilterReader.Read(many);
        Assert.Contains("more than 50", Assert.Throws<FilterException>(() => FilterReader.Read(many + "&a=eq.1")).Message, StringComparison.Ordinal);
        Assert.Contains("deep", Assert.Throws<FilterException>(() => FilterReader.Read(string.Concat(Enumerable.Repeat("or(", 5000)).Insert(2, "="))).Message, StringComparison.Ordinal);

        var longest = FilterReader.Read($"a=eq.{new string('x', FilterWriter.MostChars)}");
        Assert.Contains("longer than", Assert.Throws<FilterException>(() => FilterWriter.Write(longest)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_written_is_read_as_the_same_filter_whatever_the_values_hold() => Prop.ForAll(Filters.ToArbitrary(), filter =>
    {
        var written = FilterWriter.Write(filter);

        Assert.Equal(Shown(filter), Shown(FilterReader.Read(written)));
    }).Check(Cases);

    [Fact]
    public void Nothing_in_a_value_parts_the_platforms_query() => Prop.ForAll(Filters.ToArbitrary(), filter =>
    {
        var written = FilterWriter.Write(filter);

        Assert.DoesNotContain(written, c => c is '&' or '+' or '#' or ';' or < ' ');
        Assert.Equal(0, written.Split('%').Skip(1).Count(after => after.Length < 2 || !after[..2].All(char.IsAsciiHexDigit)));
    }).Check(Cases);

    // One entry alone is the same with and without its list.
    private static string Shown(RecordFilter filter) => filter switch
    {
        RecordFilter.All { Of: [var one] } => Shown(one),
        RecordFilter.Any { Of: [var one] } => Shown(one),
        RecordFilter.All all => $"all({string.Join('|', all.Of.Select(Shown))})",
        RecordFilter.Any any => $"any({string.Join('|', any.Of.Select(Shown))})",
        RecordFilter.Compare one => $"{one.Column} {one.Op} [{string.Join("][", one.Values)}]",
        _ => throw new InvalidOperationException(),
    };

    // A half of a pair is no character; callers cannot send one.
    private static string Whole(string text) => new([.. text.Where(c => !char.IsSurrogate(c))]);
}
