using System.ComponentModel.DataAnnotations;
using LarkService.Platform.Configuration;
using Quartz;

namespace LarkService.Hosting.Schedule;

/// <summary>When work happens that nobody asks for (<c>Schedule</c>); the rest of it has fixed times.</summary>
internal sealed record ScheduleOptions : ICheckedOptions
{
    public static string Section => "Schedule";

    /// <summary>When users are compared with the company's directory: a cron expression with seconds, in the machine's time zone. Default: 02:00.</summary>
    public string UserSync { get; init; } = "0 0 2 * * ?";

    public IEnumerable<ValidationResult> Validate(ValidationContext context) => CronExpression.TryParse(UserSync, out _)
        ? []
        : [Mend.Key("Schedule__UserSync", $"is '{UserSync}', which is no cron expression: write second, minute, hour, day of month, month and day of week, as in 0 0 2 * * ?")];
}
