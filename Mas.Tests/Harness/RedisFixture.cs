namespace Mas.Tests.Harness;

/// <summary>One Redis for all tests of a class (<c>IClassFixture</c>) or a collection; tests empty it or use ids of their own.</summary>
public sealed class RedisFixture : IAsyncLifetime
{
    private TestRedis? _redis;

    /// <summary>The running Redis.</summary>
    public TestRedis Redis => _redis ?? throw new InvalidOperationException("The fixture has not started");

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => _redis = await TestRedis.StartAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_redis is not null)
            await _redis.DisposeAsync();
    }
}
