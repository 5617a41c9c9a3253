using LarkService.Platform;
using Microsoft.Extensions.Options;

namespace LarkService.UnitTests.Support;

/// <summary>Valid things of which a test states only what matters.</summary>
internal static class Some
{
    /// <summary>The app of the fixtures.</summary>
    public const string AppId = "cli_a1b2c3d4e5f60718";

    public const string AppSecret = "FAKE-SECRET";

    public static LarkApps Apps(params string[] more) => new(Options.Create(new LarkOptions
    {
        Apps = [.. more.Prepend(AppId).Select(id => new LarkAppOptions { AppId = id, AppSecret = new Secret(AppSecret) })],
    }));
}

/// <summary>Small help for set-up in expressions.</summary>
internal static class AlsoExtensions
{
    public static T Also<T>(this T value, Action<T> act)
    {
        act(value);
        return value;
    }
}
