using LarkService.Events.Http;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Events.Http;

public sealed class SeenNoncesTests
{
    private readonly ManualTime _clock = new();
    private readonly SeenNonces _nonces;

    public SeenNoncesTests() => _nonces = new(_clock);

    [Fact]
    public void A_copy_is_known_for_as_long_as_its_timestamp_can_be_good()
    {
        for (var start = 0; start < 20; start++)
        {
            // Signed by a clock that is five minutes ahead: good for ten minutes from now
            var nonce = $"n{start}";
            Assert.True(_nonces.Add("cli_1", Head(nonce)));
            _clock.AdvanceSeconds(599);
            Assert.False(_nonces.Add("cli_1", Head(nonce)));
            _clock.AdvanceSeconds(37);
        }
    }

    [Fact]
    public void The_same_nonce_in_another_second_or_for_another_app_is_another_push()
    {
        Assert.True(_nonces.Add("cli_1", Head("n")));
        Assert.True(_nonces.Add("cli_1", Head("n", "2")));
        Assert.True(_nonces.Add("cli_2", Head("n")));
    }

    [Fact]
    public void What_could_not_be_taken_may_come_again()
    {
        Assert.True(_nonces.Add("cli_1", Head("n")));
        _nonces.Forget("cli_1", Head("n"));
        Assert.True(_nonces.Add("cli_1", Head("n")));
        Assert.False(_nonces.Add("cli_1", Head("n")));
    }

    [Fact]
    public void A_flood_pushes_the_oldest_out_and_takes_no_more_room()
    {
        Assert.True(_nonces.Add("cli_1", Head("first")));
        for (var i = 0; i < 250_000; i++)
        {
            _nonces.Add("cli_1", Head($"n{i}"));
        }

        Assert.InRange(_nonces.Count, 1, 200_000);
        Assert.False(_nonces.Add("cli_1", Head("n249999")));
        Assert.True(_nonces.Add("cli_1", Head("first")));
    }

    private static PushHead Head(string nonce, string timestamp = "1") => new(timestamp, nonce, [], DateTimeOffset.UnixEpoch);
}
