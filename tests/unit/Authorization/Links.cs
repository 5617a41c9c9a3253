using LarkService.Platform;
using Microsoft.AspNetCore.WebUtilities;

namespace LarkService.UnitTests.Authorization;

/// <summary>Takes apart the pages people are sent to.</summary>
internal static class Links
{
    public static Dictionary<string, string> Query(Secret page) =>
        QueryHelpers.ParseQuery(new Uri(page.Reveal()).Query).ToDictionary(q => q.Key, q => q.Value.ToString());
}
