using System.Collections.Immutable;
using LarkSandbox.Hosting;

namespace LarkSandbox.Access;

/// <summary>The scopes enabled for the app in the console, as they are now.</summary>
internal sealed class AppScopes(SandboxOptions options)
{
    private ImmutableHashSet<string> _enabled = [.. options.AppScopes];

    public IReadOnlyCollection<string> All => Volatile.Read(ref _enabled);

    public bool Has(string scope) => Volatile.Read(ref _enabled).Contains(scope);

    /// <summary>An administrator switches a scope off: whoever calls what needs it gets 99991672.</summary>
    public void Disable(string scope) => ImmutableInterlocked.Update(ref _enabled, enabled => enabled.Remove(scope));

    public void Enable(string scope) => ImmutableInterlocked.Update(ref _enabled, enabled => enabled.Add(scope));

    /// <summary>As the options say.</summary>
    public void Reset() => Volatile.Write(ref _enabled, [.. options.AppScopes]);
}
