using System.Buffers.Text;
using LarkService.Platform.Http;

namespace LarkService.UnitTests.Platform;

public sealed class TimeCursorTests
{
    private static readonly TimeCursor Some = new(new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero).AddTicks(1230), "Zx_-9aBcDeFgHiJkLmNoPq");

    [Fact]
    public void It_comes_back_as_it_was_and_fits_in_an_address()
    {
        var text = Some.Write("things");

        Assert.Equal(Some, TimeCursor.Read("things", text));
        Assert.Equal(Uri.EscapeDataString(text), text);
        Assert.Equal(new TimeCursor(Some.At, ""), TimeCursor.Read("things", new TimeCursor(Some.At, "").Write("things")));
    }

    [Fact]
    public void One_that_was_cut_changed_or_given_out_by_another_list_is_none()
    {
        var text = Some.Write("things");

        Assert.Null(TimeCursor.Read("others", text));
        Assert.All(Enumerable.Range(0, text.Length), cut => Assert.Null(TimeCursor.Read("things", text[..cut])));
        Assert.All(Enumerable.Range(0, text.Length), i => Assert.Null(TimeCursor.Read("things", text[..i] + (text[i] == 'A' ? 'B' : 'A') + text[(i + 1)..])));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("not base64!")]
    [InlineData("0187f3a0-0000-7000-8000-000000000000")]
    public void Anything_else_is_none(string text) => Assert.Null(TimeCursor.Read("things", text));

    [Fact]
    public void One_that_is_too_long_is_not_even_read() => Assert.Null(TimeCursor.Read("things", Base64Url.EncodeToString(new byte[100_000])));
}
