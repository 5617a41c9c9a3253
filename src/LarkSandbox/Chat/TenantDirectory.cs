using System.Collections.Concurrent;
using System.Globalization;
using LarkSandbox.Hosting;

namespace LarkSandbox.Chat;

/// <summary>Who works in the demo tenant, and which chats there are. Ids are fixed, so they survive a restart.</summary>
internal sealed class TenantDirectory
{
    /// <summary>A group with the three demo users and the bot.</summary>
    public const string GroupChatId = "oc_6a0e0d7c9b4f4c52a1d3e8f70b26c5f9";

    private readonly Dictionary<string, DemoUser> _byOpenId;
    private readonly Dictionary<string, DemoUser> _byChat;
    private readonly ConcurrentDictionary<string, bool> _left = new();

    public TenantDirectory(SandboxOptions options)
    {
        DemoUser[] demo =
        [
            new("ou_7d8a6e6df7621556ce0d21922b676706", "on_8ed6aa67826108097d9ee143816345a1", "lilei", "oc_a0553eda9014c201e6969b478895c231", "李雷", "Li Lei", "李", "#3370ff", "zh-CN"),
            new("ou_84aad35d084aa403a838cf73ee18467f", "on_94a1ee5551019f18cd73d9f111898cf2", "hanmeimei", "oc_5ad11d72b830411d72b836c20f1e9f3b", "韩梅梅", "Han Meimei", "韩", "#00b96b", "zh-CN"),
            new("ou_c245b0a7dff2725cfa2fb104f8b48b9d", "on_cad4860e7af114fb4ff6c5d496d1dd76", "ava", "oc_f1c4a9b27e6d4d0f8a3b5c7d9e0f1a2b", "Ava Stone", "Ava Stone", "AS", "#7f3bf5", "en-US"),
        ];
        Users = [.. demo, .. Enumerable.Range(1, options.ExtraUsers).Select(Extra)];
        Demo = demo;
        _byOpenId = Users.ToDictionary(u => u.OpenId);
        _byChat = Users.ToDictionary(u => u.ChatId);
    }

    public IReadOnlyList<DemoUser> Users { get; }

    /// <summary>The three people shown on the page.</summary>
    public IReadOnlyList<DemoUser> Demo { get; }

    public DemoUser? Find(string? openId) => openId is null ? null : _byOpenId.GetValueOrDefault(openId);

    /// <summary>Somebody leaves the company: nobody can write to them any more.</summary>
    public void Leave(string openId) => _left[openId] = true;

    public bool HasLeft(string? openId) => openId is not null && _left.ContainsKey(openId);

    public DemoUser? OwnerOf(string? chatId) => chatId is null ? null : _byChat.GetValueOrDefault(chatId);

    public DemoUser? FindBy(string idType, string id) => idType switch
    {
        "open_id" => Find(id),
        "union_id" => Users.FirstOrDefault(u => u.UnionId == id),
        "user_id" => Users.FirstOrDefault(u => u.UserId == id),
        "email" => Users.FirstOrDefault(u => u.Email == id),
        _ => null,
    };

    public bool IsMember(string chatId, string openId) => chatId == GroupChatId ? Find(openId) is not null : OwnerOf(chatId)?.OpenId == openId;

    private static DemoUser Extra(int number)
    {
        var hex = number.ToString("x32", CultureInfo.InvariantCulture);
        var name = string.Create(CultureInfo.InvariantCulture, $"Person {number}");
        return new($"ou_{hex}", $"on_{hex}", string.Create(CultureInfo.InvariantCulture, $"person{number}"), $"oc_{hex}", name, name, "P", "#8f959e", "en-US");
    }
}
