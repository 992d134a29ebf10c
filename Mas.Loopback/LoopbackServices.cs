using Mas.Core.Hosting;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.Loopback.Commands;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mas.Loopback;

/// <summary>What the worker is made of.</summary>
internal static class LoopbackServices
{
    internal static IServiceCollection AddLoopback(this IServiceCollection services) => services
        .AddSingleton<LoopbackDependencies>()
        .AddTransient<LoopbackHandler>()
        .AddSetting<LoopbackOptions>("Loopback")
        .AddHostedService(provider => new InboxWorker(
            provider.GetRequiredService<RedisConnection>(),
            Endpoints.Loopback,
            provider.GetRequiredService<LoopbackOptions>().Inboxes,
            provider.GetRequiredService<LoopbackHandler>,
            provider.GetRequiredService<WorkerOptions>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<InboxWorker>>()));
}
