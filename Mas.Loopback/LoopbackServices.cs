using Mas.Core.Hosting;
using Mas.Core.Queues;
using Mas.Loopback.Commands;
using Microsoft.Extensions.DependencyInjection;

namespace Mas.Loopback;

/// <summary>What the worker is made of.</summary>
internal static class LoopbackServices
{
    internal static IServiceCollection AddLoopback(this IServiceCollection services) => services
        .AddSingleton<LoopbackDependencies>()
        .AddSetting<LoopbackOptions>("Loopback")
        .AddInboxWorker<LoopbackHandler>(Endpoints.Loopback, provider => provider.GetRequiredService<LoopbackOptions>().Inboxes, LoopbackHandler.RouteOf);
}
