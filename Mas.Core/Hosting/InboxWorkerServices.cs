using Mas.Core.Queues;
using Mas.Core.Redis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mas.Core.Hosting;

/// <summary>
/// Registers workers. Each lease has a service scope of its own, in which scoped services get its <see cref="PartitionLease"/> and
/// <see cref="FencingToken"/>.
/// </summary>
public static class InboxWorkerServices
{
    /// <summary>Adds the worker of an endpoint.</summary>
    /// <typeparam name="THandler">The handler, resolved once for each lease.</typeparam>
    /// <param name="endpoint">A name of <see cref="Endpoints"/>.</param>
    /// <param name="partitions">The wanted number of partitions; 0 keeps the present number.</param>
    /// <param name="routeOf">The route of an entry (<see cref="InboxPartition.IndexOf"/>); null when it can't be read.</param>
    public static IServiceCollection AddInboxWorker<THandler>(
        this IServiceCollection services, string endpoint, Func<IServiceProvider, int> partitions, Func<byte[], string?> routeOf)
        where THandler : class, IInboxHandler
    {
        services.TryAddScoped<CurrentLease>();
        services.TryAddScoped(scope => scope.GetRequiredService<CurrentLease>().Value);
        services.TryAddScoped(scope => new FencingToken(scope.GetRequiredService<RedisConnection>(), scope.GetRequiredService<PartitionLease>().Lease));
        services.AddScoped<THandler>();
        return services.AddSingleton<IHostedService>(provider => new InboxWorker(
            provider.GetRequiredService<RedisConnection>(),
            endpoint,
            partitions(provider),
            lease => NewHandler<THandler>(provider, lease),
            routeOf,
            provider.GetRequiredService<WorkerOptions>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<InboxWorker>>()));
    }

    internal static AsyncServiceScope CreateLeaseScope(this IServiceProvider provider, PartitionLease lease)
    {
        var scope = provider.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentLease>().Value = lease;
        return scope;
    }

    private static ScopedHandler NewHandler<THandler>(IServiceProvider provider, PartitionLease lease) where THandler : class, IInboxHandler
    {
        var scope = provider.CreateLeaseScope(lease);
        return new ScopedHandler(scope, scope.ServiceProvider.GetRequiredService<THandler>());
    }

    /// <summary>Holds the scope's lease, because the container can't add an object to a scope.</summary>
    private sealed class CurrentLease
    {
        internal PartitionLease Value
        {
            get => field ?? throw new InvalidOperationException("This service belongs to a lease; resolve it in the scope of one.");
            set;
        }
    }

    private sealed class ScopedHandler(AsyncServiceScope scope, IInboxHandler handler) : IInboxHandler
    {
        public Task StartAsync() => handler.StartAsync();

        public Func<Task> Prepare(IReadOnlyList<InboxEntry> batch) => handler.Prepare(batch);

        public ValueTask DisposeAsync() => scope.DisposeAsync();
    }
}
