using System.Diagnostics;

namespace Mas.Tests.Harness;

/// <summary>Waits for conditions that other processes bring about: polls, with a deadline and never a fixed sleep.</summary>
public static class Eventually
{
    /// <summary>
    /// What a condition gets when the caller names no deadline. Only a failure takes this long, so it has room for a machine that is
    /// thirty times as busy as it can be.
    /// </summary>
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until <paramref name="condition"/> holds.</summary>
    /// <param name="condition">Asked again and again until it says true.</param>
    /// <param name="what">What is waited for, and logs as they are at the deadline, for the failure message.</param>
    /// <param name="deadline">How long to wait; <see cref="DefaultDeadline"/> when null.</param>
    /// <exception cref="TimeoutException">The condition did not hold in time.</exception>
    public static async Task HoldsAsync(Func<Task<bool>> condition, Func<string> what, TimeSpan? deadline = null)
    {
        var limit = deadline ?? DefaultDeadline;
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > limit)
                throw new TimeoutException($"Not within {limit.TotalSeconds:0.#} s: {what()}");
            await Task.Delay(PollEvery);
        }
    }

    /// <inheritdoc cref="HoldsAsync(Func{Task{bool}}, Func{string}, TimeSpan?)"/>
    public static Task HoldsAsync(Func<Task<bool>> condition, string what, TimeSpan? deadline = null) => HoldsAsync(condition, () => what, deadline);

    /// <inheritdoc cref="HoldsAsync(Func{Task{bool}}, Func{string}, TimeSpan?)"/>
    public static Task HoldsAsync(Func<bool> condition, string what, TimeSpan? deadline = null) => HoldsAsync(condition, () => what, deadline);

    /// <inheritdoc cref="HoldsAsync(Func{Task{bool}}, Func{string}, TimeSpan?)"/>
    public static Task HoldsAsync(Func<bool> condition, Func<string> what, TimeSpan? deadline = null) =>
        HoldsAsync(() => Task.FromResult(condition()), what, deadline);

    /// <summary>Repeats a block of assertions until all of them pass.</summary>
    /// <param name="assertions">Throws as long as something is not yet as it should be.</param>
    /// <param name="deadline">How long to repeat; <see cref="DefaultDeadline"/> when null.</param>
    /// <remarks>After the deadline the exception of the last attempt is the test's failure.</remarks>
    public static async Task PassesAsync(Func<Task> assertions, TimeSpan? deadline = null)
    {
        var limit = deadline ?? DefaultDeadline;
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await assertions();
                return;
            }
            catch (Exception) when (clock.Elapsed < limit)
            {
                await Task.Delay(PollEvery);
            }
        }
    }
}
