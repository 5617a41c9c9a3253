using LarkService.Data;
using Microsoft.Extensions.Options;
using Npgsql;
using Quartz;

namespace LarkService.Hosting.Schedule;

/// <summary>
/// Runs the timetable. On SQLite the times are kept in memory; on PostgreSQL in its tables, where all replicas look and one of
/// them takes each time. It begins when the service has started, so nobody waits for it.
/// </summary>
internal sealed partial class Scheduler(
    Timetable timetable, IHostApplicationLifetime host, IOptions<DatabaseOptions> database, IOptions<ConnectionStringOptions> connection, LeaseOwner owner,
    TimeProvider clock, ILoggerFactory loggers, ILogger<Scheduler> logger) : BackgroundService
{
    private const string Name = "larkservice";
    private const int AtOnce = 3;

    /// <summary>Connections open first.</summary>
    private static readonly TimeSpan AfterStart = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(30);

    /// <summary>For what is in hand to notice that the service stops.</summary>
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CheckIn = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await StartedAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Log.NotStarted(logger, Again, e);
                await Task.Delay(Again, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception e)
            {
                Log.NotStopped(logger, e);
            }
        }
    }

    private async Task StartedAsync(CancellationToken ct)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, host.ApplicationStarted);
        await Task.Delay(Timeout.InfiniteTimeSpan, clock, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.Delay(AfterStart, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunAsync(CancellationToken ct)
    {
        await using var factory = QuartzSchedulerBuilder.Create(q => Configure(q, ct)).Build();
        var scheduler = await factory.GetScheduler(ct);
        await scheduler.Start(ct);
        Log.Started(logger, timetable.All.Count);
        await Task.Delay(Timeout.InfiniteTimeSpan, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        using var limit = new CancellationTokenSource(LongestStop, clock);
        await scheduler.Shutdown(waitForJobsToComplete: true, limit.Token);
    }

    private void Configure(IQuartzBuilder quartz, CancellationToken stopping)
    {
        quartz.Services.AddLogging(logging => logging.AddProvider(new OurLogs(loggers)));
        quartz.Services.AddSingleton(timetable);
        quartz.Services.AddSingleton(new Stopping(stopping));
        quartz.UseTimeProvider(clock);
        quartz.ConfigureScheduler(s =>
        {
            s.InstanceName = Name;
            s.InstanceId = owner.Id;
        });
        quartz.UseDefaultThreadPool(AtOnce);
        UseStore(quartz);
        foreach (var work in timetable.All)
        {
            quartz.AddJob<TimedJob>(job => job.WithIdentity(work.Name).RequestRecovery());
            quartz.AddTrigger<TimedJob>(trigger => trigger.ForJob(work.Name).WithIdentity(work.Name).WithCronSchedule(
                work.Cron,
                cron => cron.InTimeZone(clock.LocalTimeZone).WithMisfireInstruction(CronTriggerMisfireInstruction.FireAndProceed)));
        }
    }

    private void UseStore(IQuartzBuilder quartz)
    {
        if (database.Value.Provider == DatabaseProvider.Sqlite)
        {
            quartz.UseInMemoryStore();
            return;
        }

        quartz.UsePersistentStore(store =>
        {
            store.UsePostgres(NpgsqlFactory.Instance, connection.Value.Default);
            store.UseSystemTextJsonSerializer();
            store.UseClustering(cluster =>
            {
                cluster.CheckinInterval = CheckIn;
                cluster.CheckinMisfireThreshold = CheckIn;
            });
            store.ConfigureStore(options =>
            {
                options.TablePrefix = "qrtz_"; // a migration makes the tables
                options.StoreJobDataAsStrings = true;
            });
        });
    }

    /// <summary>The scheduler has a container of its own; what it says goes where everything goes.</summary>
    private sealed class OurLogs(ILoggerFactory loggers) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => loggers.CreateLogger(categoryName);

        public void Dispose()
        {
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The timetable runs: {Count} kinds of work")]
        public static partial void Started(ILogger logger, int count);

        [LoggerMessage(2, LogLevel.Error, "Scheduled work does not run at the moment; trying again in {Pause}")]
        public static partial void NotStarted(ILogger logger, TimeSpan pause, Exception e);

        [LoggerMessage(3, LogLevel.Warning, "Scheduled work did not stop in order")]
        public static partial void NotStopped(ILogger logger, Exception e);
    }
}
