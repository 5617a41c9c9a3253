namespace LarkService.Platform;

/// <summary>Which of the two platforms an app belongs to; codes and tokens of one mean nothing to the other.</summary>
internal enum Brand
{
    /// <summary>feishu.cn, mainland China.</summary>
    Feishu,

    /// <summary>larksuite.com, international.</summary>
    Lark,
}

/// <summary>The hosts of a brand.</summary>
internal static class BrandHosts
{
    public static Uri Open(this Brand brand) => new(brand == Brand.Feishu ? "https://open.feishu.cn" : "https://open.larksuite.com");

    public static Uri Accounts(this Brand brand) => new(brand == Brand.Feishu ? "https://accounts.feishu.cn" : "https://accounts.larksuite.com");
}
