using System.Globalization;

namespace LarkService.Hosting;

/// <summary>How far long work has come, on standard error beside what programs read: a bar on a terminal, else a line for every tenth.</summary>
internal sealed class ProgressBar(string what, long total, TextWriter to, bool onTerminal) : IProgress<int>, IDisposable
{
    private const int Width = 30;
    private long _done;
    private long _shown = -1;

    public static ProgressBar Start(string what, long total)
    {
        var bar = new ProgressBar(what, total, System.Console.Error, !System.Console.IsErrorRedirected);
        bar.Report(0);
        return bar;
    }

    public void Report(int value)
    {
        _done += value;
        var percent = total == 0 ? 100 : Math.Min(100, _done * 100 / total);
        var step = onTerminal ? percent : percent / 10;
        if (step == _shown)
        {
            return;
        }

        _shown = step;
        var figures = string.Create(CultureInfo.InvariantCulture, $"{what} {percent,3} % ({_done} of {total})");
        if (onTerminal)
        {
            var filled = (int)(percent * Width / 100);
            to.Write($"\r[{new string('#', filled)}{new string('.', Width - filled)}] {figures}");
        }
        else
        {
            to.WriteLine(figures);
        }
    }

    public void Dispose()
    {
        if (onTerminal)
        {
            to.WriteLine();
        }
    }
}
