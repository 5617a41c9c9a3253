using LarkService.Data;
using LarkService.Events;
using LarkService.LongConnection;
using LarkService.Platform;
using LarkService.UnitTests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LarkService.UnitTests.Events;

public sealed class CompositionTests
{
    [Fact]
    public async Task The_setup_lines_compose_a_service()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Lark:Apps:0:AppId"] = Some.AppId,
            ["Lark:Apps:0:AppSecret"] = Some.AppSecret,
        }).Build();
        var services = new ServiceCollection().AddLogging().AddMetrics().AddSingleton<IConfiguration>(configuration);
        services.AddPlatform().AddData().AddLongConnection();
        services.AddEvents().OnEvent<ScriptedHandler>(Pushes.Type);
        await using var provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });

        var running = provider.GetServices<IHostedService>().Select(s => s.GetType().Name).ToList();
        Assert.Contains("LongConnectionLoop", running);
        Assert.Contains("InboxLoop", running);
        Assert.IsType<EventSink>(provider.GetRequiredService<IPayloadSink>());
        Assert.Equal(2, provider.GetRequiredService<LongConnectionStatuses>().All.Count);
        var status = provider.GetRequiredService<LongConnectionStatuses>().All[0];
        using var supervisor = ActivatorUtilities.CreateInstance<ConnectionSupervisor>(provider, Some.Apps().Default, status);
        Assert.NotNull(supervisor);
    }
}
