using System.Globalization;

namespace LarkSandbox.Hosting;

/// <summary>The command line of the launcher.</summary>
internal sealed record LaunchOptions
{
    public const string Usage = """
        LarkSandbox: a local Feishu/Lark platform with a chat page, and LarkService running against it.

          dotnet run --project src/LarkSandbox [-- options]

          --port <n>           port of the sandbox (default 8090, or the next free one; 0 = any)
          --service-port <n>   port of LarkService (default 8080, or the next free one)
          --data <folder>      keys, database and log of the demo (default data/sandbox)
          --flow <flow>        how people consent: device (default) or redirect
          --service <dll>      another LarkService.dll than the one built beside the sandbox
          --no-service         the simulator alone, for an SDK or a service of your own
          --open-scopes <s>    with these scopes enabled for the app, comma-separated, instead of the default ones
          --load <people>      with --no-service, for load tests: so many more people, no rate limits, no wire log
          --json               print one machine-readable line (READY {…}) instead of the text for people
          --help               this text

        Everything listens on 127.0.0.1 only. The simulated platform forgets everything when it stops.
        """;

    public int Port { get; init; } = 8090;

    public int ServicePort { get; init; } = 8080;

    public string Data { get; init; } = Path.Combine("data", "sandbox");

    public bool RedirectFlow { get; init; }

    public string? ServiceDll { get; init; }

    public bool NoService { get; init; }

    public IReadOnlyList<string>? OpenScopes { get; init; }

    /// <summary>Null when it is no load test.</summary>
    public int? LoadPeople { get; init; }

    public bool Json { get; init; }

    public bool Help { get; init; }

    /// <summary>Reads the arguments; throws <see cref="FormatException"/> with a sentence for the person who typed them.</summary>
    public static LaunchOptions Parse(IReadOnlyList<string> args)
    {
        var options = new LaunchOptions();
        for (var i = 0; i < args.Count; i++)
        {
            options = args[i] switch
            {
                "--port" => options with { Port = Number(Value(args, ref i)) },
                "--service-port" => options with { ServicePort = Number(Value(args, ref i)) },
                "--data" => options with { Data = Value(args, ref i) },
                "--flow" => options with { RedirectFlow = Flow(Value(args, ref i)) },
                "--service" => options with { ServiceDll = Value(args, ref i) },
                "--no-service" => options with { NoService = true },
                "--open-scopes" => options with { OpenScopes = Value(args, ref i).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) },
                "--load" => options with { LoadPeople = Number(Value(args, ref i)) },
                "--json" => options with { Json = true },
                "--help" or "-h" => options with { Help = true },
                var unknown => throw new FormatException($"Unknown option {unknown}."),
            };
        }

        return options;
    }

    private static string Value(IReadOnlyList<string> args, ref int i) =>
        i + 1 < args.Count ? args[++i] : throw new FormatException($"{args[i]} needs a value.");

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535 ? port : throw new FormatException($"{text} is not a port.");

    private static bool Flow(string text) => text switch
    {
        "device" => false,
        "redirect" => true,
        _ => throw new FormatException($"--flow is device or redirect, not {text}."),
    };
}
