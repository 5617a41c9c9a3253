namespace LarkSandbox.Faults;

/// <summary>A fault for the next calls whose path begins so.</summary>
internal abstract class PlannedFault(string pathPrefix, int times)
{
    public string PathPrefix => pathPrefix;

    public int Left { get; set; } = times;

    public sealed class Fail(string pathPrefix, int times, int status, string body) : PlannedFault(pathPrefix, times)
    {
        public int Status => status;

        public string Body => body;
    }

    public sealed class Delay(string pathPrefix, int times, TimeSpan span) : PlannedFault(pathPrefix, times)
    {
        public TimeSpan Span => span;
    }

    public sealed class LoseAnswer(string pathPrefix, int times) : PlannedFault(pathPrefix, times);
}
