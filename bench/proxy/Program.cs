using System.Globalization;

namespace LarkService.ProxyBench;

/// <summary>The parts of <c>bench/proxy.sh</c>: a platform, the yardstick in front of it, consent, and the load.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        switch (args)
        {
            case ["platform", var port, var sandbox]:
                await PlatformServer.RunAsync(int.Parse(port, CultureInfo.InvariantCulture), new Uri(sandbox));
                return 0;
            case ["yarp", var port, var platform]:
                await Yardstick.RunAsync(int.Parse(port, CultureInfo.InvariantCulture), platform);
                return 0;
            case ["yarp-in-service", var platform]:
                await Yardstick.RunInServiceAsync(platform);
                return 0;
            case ["consent", var service, var key, var sandbox, .. var openIds]:
                await Consent.GiveAsync(new Uri(service), key, new Uri(sandbox), openIds);
                return 0;
            case ["measure", var platform, var yarp, var inService, var service, var key, var servicePid, .. var openIds]:
                await Measurements.RunAsync(new Uri(platform), new Uri(yarp), new Uri(inService), new Uri(service), key, int.Parse(servicePid, CultureInfo.InvariantCulture), openIds);
                return 0;
            default:
                await System.Console.Error.WriteLineAsync("Started by bench/proxy.sh.");
                return 64;
        }
    }
}
