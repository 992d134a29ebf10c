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
        .AddSingleton<LoopbackHandler>()
        .AddHostedService(provider => new InboxConsumer(
            provider.GetRequiredService<RedisConnection>(),
            Endpoints.Loopback,
            provider.GetRequiredService<LoopbackHandler>(),
            provider.GetRequiredService<WorkerOptions>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<InboxConsumer>>()));
}
