using Mas.Core.Hosting;
using Mas.Core.Model;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.Tests.Harness;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mas.Tests.Model;

/// <summary>The model on a real Redis, without any process around it.</summary>
public class ModelFixture : IAsyncLifetime
{
    private TestRedis _server = null!;
    private ServiceProvider _services = null!;

    public TestRedis Redis => _server;

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    public async ValueTask InitializeAsync()
    {
        _server = await StartRedisAsync();
        var redis = await RedisConnection.ConnectAsync(new RedisOptions { Endpoint = _server.Endpoint }, NullLogger.Instance, CancellationToken.None);
        _services = new ServiceCollection()
            .AddSingleton(redis)
            .AddSingleton(TimeProvider.System)
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().Build())
            .AddLogging()
            .AddSetting<WorkerOptions>("Worker")
            .AddMasCore()
            .BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        await Get<RedisConnection>().DisposeAsync();
        await _services.DisposeAsync();
        await _server.DisposeAsync();
    }

    protected virtual Task<TestRedis> StartRedisAsync() => TestRedis.StartAsync();

    /// <summary>A lease of its own; a later one has a higher epoch.</summary>
    public async Task<Lease> NewLeaseAsync() => (await Lease.TryAcquireAsync(
        Get<RedisConnection>(), Guid.NewGuid().ToString("N"), "test", TimeSpan.FromMinutes(5), TimeProvider.System))!;

    /// <summary>A writer with a lease of its own.</summary>
    public async Task<ConversationWriter> NewWriterAsync(HistoryOptions? options = null)
    {
        return new ConversationWriter(
            new FencingToken(Get<RedisConnection>(), await NewLeaseAsync()), Get<RedisConnection>(), Get<Conversations>(), options ?? new HistoryOptions(), TimeProvider.System);
    }

    /// <summary>A login of a user: its digest.</summary>
    public async Task<string> NewLoginAsync(UserId user) => Secrets.Digest((await Get<Logins>().BeginAsync(user, TimeSpan.FromDays(1))).Token);

    public Task<(UserId Id, string? TakenField)> NewUserAsync(string nick) =>
        Get<Users>().CreateAsync(new Profile(nick, $"{nick}@example.org", nick), Passwords.Hash("password", 1), "127.0.0.1", 100);
}

/// <summary>The same on one Redis, also when the other tests run on a cluster.</summary>
public sealed class OneRedisModelFixture : ModelFixture
{
    protected override async Task<TestRedis> StartRedisAsync() => await RedisServer.StartAsync();
}

/// <summary>The same on a cluster, also when the other tests run on one Redis.</summary>
public sealed class ClusterModelFixture : ModelFixture
{
    protected override async Task<TestRedis> StartRedisAsync() => await RedisCluster.StartAsync();
}
