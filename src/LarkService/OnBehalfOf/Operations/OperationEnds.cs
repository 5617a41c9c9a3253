using LarkService.Grants.Sealing;
using LarkService.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.OnBehalfOf.Operations;

/// <summary>Writes down how a try at a caller's operation ended: for good, or to be tried again.</summary>
internal sealed partial class OperationEnds(TokenSeal seal, ParkedCallWrites writes, TimeProvider clock, ILogger<OperationEnds> logger)
{
    /// <summary>What the platform answered is not given up because the database does not answer for a moment.</summary>
    private static readonly TimeSpan[] UntilWritten = [.. new[] { 0.5, 1, 2, 4 }.Select(s => TimeSpan.FromSeconds(s))];

    /// <param name="call">What was tried.</param>
    /// <param name="pause">So long it rests.</param>
    /// <param name="mayBeDone">It may have been carried out: when it was first sent stays on record.</param>
    /// <param name="counts">As a try.</param>
    public Task PutBackAsync(ParkedCall call, TimeSpan pause, bool mayBeDone, bool counts = true)
    {
        var (due, one) = (clock.GetUtcNow() + pause, counts ? 1 : 0);
        return writes.ChangeAsync(
            call,
            u =>
            {
                u.SetProperty(c => c.DueAt, due)
                    .SetProperty(c => c.Attempts, c => c.Attempts + one)
                    .SetProperty(c => c.LeaseOwner, (string?)null);
                if (!mayBeDone)
                {
                    u.SetProperty(c => c.SentAt, call.SentAt);
                }
            },
            CancellationToken.None);
    }

    public Task GiveUpAsync(ParkedCall call, ParkedCallEnd end) => EndAsync(call, ParkedCallRun.StateOf(end), StoredAnswer.Of(OperationErrors.Ended(end, call.SessionId)));

    public Task FailAsync(ParkedCall call, ProblemHttpResult problem) => EndAsync(call, ParkedCallState.Failed, StoredAnswer.Of(problem));

    /// <param name="call">What was tried.</param>
    /// <param name="answer">What somebody on the way to the platform answered; null: nobody did.</param>
    public Task UnknownAsync(ParkedCall call, OperationAnswer? answer = null)
    {
        var problem = Problems.PlatformUnavailable(mayBeDone: true);
        return EndAsync(call, ParkedCallState.OutcomeUnknown, answer is null ? StoredAnswer.Of(problem) : StoredAnswer.Of(answer, problem));
    }

    public async Task EndAsync(ParkedCall call, string state, StoredAnswer answer)
    {
        var sealedAnswer = answer.Seal(seal, call);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                if (await writes.EndAsync(call, state, sealedAnswer))
                {
                    Log.Ended(logger, call.Id, state, answer.Status);
                }

                return;
            }
            catch (Exception e) when (attempt < UntilWritten.Length)
            {
                Log.NotWritten(logger, call.Id, e);
                await Task.Delay(UntilWritten[attempt], clock, CancellationToken.None);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Operation {Id} ended: {State} (HTTP {Status})")]
        public static partial void Ended(ILogger logger, string id, string state, int? status);

        [LoggerMessage(2, LogLevel.Warning, "What operation {Id} came to could not be written down yet")]
        public static partial void NotWritten(ILogger logger, string id, Exception e);
    }
}
