namespace Mas.Core.Redis;

/// <summary>Coalesces calls without arguments: each call serves everyone who joined before it began.</summary>
/// <param name="run">Makes the call. Its exception reaches all who joined.</param>
public sealed class CoalescedCall(Func<Task> run)
{
    private readonly Coalescer<object?> _calls = new(() => null, _ => run());

    /// <summary>Waits for a call that begins now or later.</summary>
    public Task JoinAsync() => _calls.JoinAsync(_ => { });
}
