namespace LarkService.Messaging;

/// <summary>The languages we write in, under the platform's names.</summary>
internal static class Languages
{
    public const string English = "en_us";
    public const string Chinese = "zh_cn";
    public const string Japanese = "ja_jp";

    public static IReadOnlyList<string> All { get; } = [Chinese, English, Japanese];
}
