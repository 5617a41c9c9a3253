using System.Globalization;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Chaos;

/// <param name="Events">Messages that people wrote.</param>
/// <param name="Acked">Of these, how many events a client acknowledged.</param>
/// <param name="GivenUp">Never acknowledged: the platform's five tries found nobody.</param>
/// <param name="Redelivered">Pushes after the first.</param>
/// <param name="Lost">Acknowledged, but never answered.</param>
/// <param name="Twice">People who saw more than one answer to a message.</param>
/// <param name="Repeats">Answers that a service sent again after a crash, with the uuid of the first: the platform shows them to nobody.</param>
/// <param name="Dead">Events set aside.</param>
internal sealed record Verdict(int Events, int Acked, int GivenUp, long Redelivered, int Lost, int Twice, int Repeats, long Dead)
{
    /// <summary>Waits until the platform has done with every event, and the service with every stored one.</summary>
    public static async Task<Verdict> OfAsync(Scene scene, Crowd crowd, TimeSpan patience)
    {
        await Eventually.TrueAsync("every event acknowledged or given up", () => crowd.Asked.All(q => q.Delivery.Acked || q.Delivery.GaveUp), patience);
        await Eventually.TrueAsync("the inbox worked off", async () => await scene.Database.CountAsync("inbox_events", "state = 'received'") == 0, patience);
        var answers = scene.Platform.Messages.Where(m => m.SenderOpenId is null && m.ReplyTo is not null).CountBy(m => m.ReplyTo!).ToDictionary();
        var asked = crowd.Asked;
        return new(
            asked.Count,
            asked.Count(q => q.Delivery.Acked),
            asked.Count(q => !q.Delivery.Acked),
            scene.Platform.Wire.Counters["redelivered"],
            asked.Count(q => q.Delivery.Acked && !answers.ContainsKey(q.Message.MessageId)),
            answers.Count(a => a.Value > 1),
            scene.Platform.RepeatedSends,
            await scene.Database.CountAsync("inbox_events", "state = 'dead'"));
    }

    public void MustBeFlawless() => Assert.Equal((0, 0, 0, 0L), (GivenUp, Lost, Twice, Dead));

    public string Cells => string.Create(CultureInfo.InvariantCulture, $"{Events} | {Redelivered} | {GivenUp} | **{Lost}** | **{Twice}** | {Repeats}");
}
