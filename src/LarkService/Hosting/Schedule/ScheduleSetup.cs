using LarkService.Platform.Configuration;

namespace LarkService.Hosting.Schedule;

/// <summary>Registers the timetable and who runs it.</summary>
internal static class ScheduleSetup
{
    public static IServiceCollection AddSchedule(this IServiceCollection services)
    {
        services.AddChecked<ScheduleOptions>();
        services.AddSingleton<Timetable>();
        services.AddHostedService<Scheduler>();
        return services;
    }
}
