using Quartz;

namespace LarkService.Hosting.Schedule;

/// <summary>Runs one line of the timetable: the one that bears the job's name. One at a time in the whole cluster.</summary>
[DisallowConcurrentExecution]
internal sealed partial class TimedJob(Timetable timetable, TimeProvider clock, Stopping stopping, ILogger<TimedJob> logger) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        var name = context.JobDetail.Key.Name;
        if (timetable.Find(name) is not { } work)
        {
            Log.Unknown(logger, name); // a replica of another version stored it
            return;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping.Token);
        await RunAsync(work, either.Token);
    }

    internal async Task RunAsync(TimedWork work, CancellationToken ct)
    {
        try
        {
            await Task.Delay(work.Jitter * Random.Shared.NextDouble(), clock, ct);
            var began = clock.GetTimestamp();
            var result = await work.RunAsync(ct);
            Log.Done(logger, work.Name, clock.GetElapsedTime(began), result);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            Log.CutShort(logger, work.Name);
        }
        catch (Exception e)
        {
            Log.Failed(logger, work.Name, e); // it has its next time
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Scheduled work {Work} took {Elapsed}: {Result}")]
        public static partial void Done(ILogger logger, string work, TimeSpan elapsed, object result);

        [LoggerMessage(2, LogLevel.Error, "Scheduled work {Work} failed; it is tried again at its next time")]
        public static partial void Failed(ILogger logger, string work, Exception e);

        [LoggerMessage(3, LogLevel.Information, "Scheduled work {Work} was cut short because the service stops; the next run goes on")]
        public static partial void CutShort(ILogger logger, string work);

        [LoggerMessage(4, LogLevel.Warning, "There is no scheduled work {Work} in this version")]
        public static partial void Unknown(ILogger logger, string work);
    }
}

/// <summary>Tells work in hand that the service stops.</summary>
internal sealed record Stopping(CancellationToken Token);
