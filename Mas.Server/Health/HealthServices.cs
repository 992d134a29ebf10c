using System.Diagnostics.Metrics;
using Mas.Core.Hosting;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.Server.Sockets;

namespace Mas.Server.Health;

/// <summary><c>/healthz</c>, <c>/readyz</c>, <c>/metrics</c>.</summary>
internal static class HealthServices
{
    internal static IServiceCollection AddHealth(this IServiceCollection services) => services
        .AddSingleton<BackendWatch>()
        .AddHostedService(provider => provider.GetRequiredService<BackendWatch>())
        .AddSingleton<DepthMetrics>();

    internal static void MapHealth(this WebApplication app)
    {
        var redis = app.Services.GetRequiredService<RedisConnection>();
        var watch = app.Services.GetRequiredService<BackendWatch>();
        var exporter = app.Services.GetRequiredService<PrometheusExporter>();
        var depths = app.Services.GetRequiredService<DepthMetrics>();
        app.MapGet("/healthz", () => Results.Text("ok\n"));
        app.MapGet("/readyz", async () =>
        {
            var redisIs = await IsRedisThereAsync(redis);
            var loopbackIs = redisIs && !watch.IsAway(Endpoints.Loopback);
            var ircIs = redisIs && !watch.IsAway(Endpoints.IrcParser) && !watch.IsAway(Endpoints.ConnectionManager);
            // Without the IRC backend people can still talk to each other: it is reported, and does not make the server unready.
            return Results.Json(new { redis = redisIs, loopback = loopbackIs, irc = ircIs }, statusCode: redisIs && loopbackIs ? 200 : 503);
        });
        app.MapGet("/metrics", async () =>
        {
            await depths.ReadAsync();
            return Results.Text(exporter.Collect(), PrometheusExporter.ContentType);
        });
    }

    private static async Task<bool> IsRedisThereAsync(RedisConnection redis)
    {
        try
        {
            await redis.Database.PingAsync().WaitAsync(TimeSpan.FromSeconds(2));
            return true;
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            return false;
        }
    }
}

/// <summary>How much waits in inboxes, dead-letter lists and this server's outboxes, read when somebody asks for the metrics.</summary>
internal sealed class DepthMetrics
{
    private const int SampledOutboxes = 1000;
    private readonly RedisConnection _redis;
    private readonly SessionRegistry _registry;
    private volatile IReadOnlyList<Measurement<long>> _inboxes = [];
    private volatile IReadOnlyList<Measurement<long>> _dead = [];
    private volatile IReadOnlyList<Measurement<long>> _held = [];
    private long _outboxes;

    public DepthMetrics(RedisConnection redis, SessionRegistry registry)
    {
        _redis = redis;
        _registry = registry;
        MasMeter.Meter.CreateObservableGauge("mas_inbox_depth", () => _inboxes, description: "Entries that wait in an inbox");
        MasMeter.Meter.CreateObservableGauge("mas_dead_letter_depth", () => _dead, description: "Entries in a dead-letter list");
        MasMeter.Meter.CreateObservableGauge("mas_lease_held", () => _held, description: "1 when a worker consumes the inbox, else 0");
        MasMeter.Meter.CreateObservableGauge("mas_outbox_depth", () => Interlocked.Read(ref _outboxes), description: "Entries that wait in the outboxes of this server's sessions (of the first thousand)");
    }

    internal async Task ReadAsync()
    {
        try
        {
            var database = _redis.Database;
            var layouts = await Task.WhenAll(Endpoints.All.Select(endpoint => InboxLayout.NamesAsync(_redis, endpoint)));
            var names = layouts.SelectMany(parts => parts).ToArray();
            _inboxes = await MeasureAsync(names, name => database.ListLengthAsync(RedisKeys.Inbox(name)));
            _dead = await MeasureAsync(Endpoints.All, endpoint => database.ListLengthAsync(RedisKeys.InboxDead(endpoint)));
            _held = await MeasureAsync(names, async name => await Lease.GetHolderAsync(_redis, name) is null ? 0 : 1);
            var lengths = await Task.WhenAll(_registry.All.Take(SampledOutboxes).Select(session => database.ListLengthAsync(RedisKeys.Outbox(session.Ref))));
            Interlocked.Exchange(ref _outboxes, lengths.Sum());
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            (_inboxes, _dead, _held) = ([], [], []);
        }
    }

    private static async Task<IReadOnlyList<Measurement<long>>> MeasureAsync(string[] names, Func<string, Task<long>> read)
    {
        var depths = await Task.WhenAll(names.Select(read));
        return [.. depths.Select((depth, i) => new Measurement<long>(depth, new KeyValuePair<string, object?>("endpoint", names[i])))];
    }
}
