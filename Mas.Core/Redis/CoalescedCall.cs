namespace Mas.Core.Redis;

/// <summary>A call that carries nothing of who asks for it: one that begins after several have asked serves all of them.</summary>
/// <param name="run">Makes the call. When it throws, all whom it serves get the exception.</param>
public sealed class CoalescedCall(Func<Task> run)
{
    private readonly Coalescer<object?> _calls = new(() => null, _ => run());

    /// <summary>Waits for a call that begins now or later.</summary>
    public Task JoinAsync() => _calls.JoinAsync(_ => { });
}
