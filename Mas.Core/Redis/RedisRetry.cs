using Polly;
using Polly.Retry;

namespace Mas.Core.Redis;

/// <summary>
/// Retries while Redis is away (<see cref="RedisErrors.IsAway"/>), until success or cancellation, with exponential backoff and
/// jitter.
/// </summary>
public static class RedisRetry
{
    /// <summary>For connecting: pauses from 200 ms to 5 s.</summary>
    public static ResiliencePipeline Connect(Action<Exception> onFailure) => Create("redis-connect", TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5), onFailure);

    /// <summary>For the loop of a worker: pauses from 100 ms to 2 s.</summary>
    public static ResiliencePipeline Work(Action<Exception> onFailure, TimeProvider time) =>
        Create("redis-work", TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2), onFailure, time);

    /// <summary>For requests that a client waits for: pauses from 50 ms to 1 s.</summary>
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
