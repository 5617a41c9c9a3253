using System.Text;
using LarkService.OnBehalfOf.Proxy;

namespace LarkService.UnitTests.OnBehalfOf.Proxy;

public sealed class CodeFinderTests
{
    [Theory]
    [InlineData("""{"code":0,"msg":"success","data":{"code":7}}""", 0)]
    [InlineData("""{"code":99991668,"msg":"x"}""", 99991668)]
    [InlineData("""{"data":{"code":7,"list":[{"code":8}]},"code":99991679}""", 99991679)]
    [InlineData("""{ "msg" : "\"code\":1", "code" : "20005" }""", 20005)]
    [InlineData("""{"co\u0064e":5}""", 5)]
    [InlineData("""{"code":null}""", 0)]
    [InlineData("""{"code":"x"}""", null)]
    [InlineData("""{"code":99999999999999}""", null)]
    [InlineData("""{"data":1}""", null)]
    [InlineData("""[{"code":5}]""", null)]
    [InlineData("5", null)]
    [InlineData("", null)]
    [InlineData("<html>", null)]
    [InlineData("""{"data":{"x":""", null)]
    public void The_code_is_found_however_the_answer_comes(string answer, int? code)
    {
        var bytes = Encoding.UTF8.GetBytes(answer);
        foreach (var step in (int[])[1, 2, 7, Math.Max(1, bytes.Length)])
        {
            var finder = new CodeFinder();
            for (var seen = 0; !finder.Look(bytes.AsSpan(0, seen), isWhole: seen == bytes.Length); seen = Math.Min(seen + step, bytes.Length))
            {
                Assert.Null(finder.Code);
            }

            Assert.Equal(code, finder.Code);
        }
    }

    [Fact]
    public void It_is_found_before_the_rest_has_come()
    {
        var finder = new CodeFinder();

        Assert.False(finder.Look("""{"co"""u8, isWhole: false));
        Assert.True(finder.Look("""{"code":0,"data":{"items":["""u8, isWhole: false));
        Assert.Equal(0, finder.Code);
    }
}
