using System.Xml.Linq;
using LarkService.Hosting.OpenApi;

namespace LarkService.UnitTests.Hosting.OpenApi;

public sealed class XmlDocsTests
{
    [Fact]
    public void Comments_become_words_for_whoever_never_sees_the_code()
    {
        var docs = Docs("""
            <member name="T:LarkService.UnitTests.Hosting.OpenApi.XmlDocsTests.Thing">
              <summary>
                A <c>thing</c>, see
                <see cref="T:LarkService.Some.Other"/>.
              </summary>
              <param name="Name">What it is called.</param>
            </member>
            <member name="P:LarkService.UnitTests.Hosting.OpenApi.XmlDocsTests.Thing.Size"><summary>How large.</summary></member>
            """);

        Assert.Equal("A `thing`, see Other.", docs.Of(typeof(Thing)));
        Assert.Equal("What it is called.", docs.Of(typeof(Thing).GetProperty(nameof(Thing.Name))!));
        Assert.Equal("How large.", docs.Of(typeof(Thing).GetProperty(nameof(Thing.Size))!));
    }

    [Fact]
    public void Who_says_nothing_is_left_out()
    {
        Assert.Null(Docs("").Of(typeof(Thing)));
        Assert.Null(new XmlDocs(null).Of(typeof(Thing).GetProperty(nameof(Thing.Name))!));
    }

    [Fact]
    public void The_service_brings_its_comments_along() => Assert.NotNull(XmlDocs.Load().Of(typeof(ApiDocument)));

    private static XmlDocs Docs(string members) => new(XDocument.Parse($"<doc><members>{members}</members></doc>"));

    private sealed record Thing(string Name)
    {
        public int Size { get; init; }
    }
}
