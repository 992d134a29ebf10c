using Polly;
using Polly.Retry;

namespace Mas.Core.Redis;

/// <summary>
/// The pipelines that repeat what fails while Redis is away (<see cref="RedisErrors.IsAway"/>), until it succeeds or is cancelled. The
/// pauses double up to the longest, with jitter; each execution begins with the first one.
/// </summary>
public static class RedisRetry
{
    /// <summary>Connecting: pauses from 200 ms to 5 s.</summary>
    /// <param name="onFailure">Hears of each failure.</param>
    public static ResiliencePipeline Connect(Action<Exception> onFailure) => Create("redis-connect", TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5), onFailure);

    /// <summary>What a worker does over and over: pauses from 100 ms to 2 s.</summary>
    /// <param name="onFailure">Hears of each failure.</param>
    /// <param name="time">The clock of the pauses.</param>
    public static ResiliencePipeline Work(Action<Exception> onFailure, TimeProvider time) =>
        Create("redis-work", TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2), onFailure, time);

    /// <summary>What a client waits for: pauses from 50 ms to 1 s.</summary>
    public static ResiliencePipeline Wait(TimeProvider time) =>
        Create("redis-wait", TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1), _ => { }, time);

    private static ResiliencePipeline Create(string name, TimeSpan first, TimeSpan longest, Action<Exception> onFailure, TimeProvider? time = null) =>
        new ResiliencePipelineBuilder { Name = name, TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<Exception>(RedisErrors.IsAway),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = first,
                MaxDelay = longest,
                OnRetry = retry =>
                {
                    onFailure(retry.Outcome.Exception!);
                    return default;
                },
            })
            .Build();
}
