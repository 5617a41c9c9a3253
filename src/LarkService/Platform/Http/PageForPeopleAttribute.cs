namespace LarkService.Platform.Http;

/// <summary>
/// Marks a page that people's browsers open. Many of them may come from one address, so it may be opened far more often than other routes that
/// ask for no key; and it says itself, in words for people, that too many came: see <see cref="HeldBack"/>.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class PageForPeopleAttribute : Attribute;
