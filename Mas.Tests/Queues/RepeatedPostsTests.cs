using Mas.Core.Queues;
using Microsoft.Extensions.Time.Testing;

namespace Mas.Tests.Queues;

/// <summary>A first attempt that arrives behind its repetition is recognised, though it does not say what it is.</summary>
public sealed class RepeatedPostsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly RepeatedPosts _repeated;

    public RepeatedPostsTests()
    {
        _repeated = new RepeatedPosts(_time);
        _time.Advance(RepeatedPosts.HeldUpFor);
    }

    [Fact]
    public void MayBeThere_FirstAttemptBehindItsRepetition_IsTrue()
    {
        Assert.False(MayBeThere("1", "a", retry: false));
        Assert.True(MayBeThere("1", "b", retry: true));
        Assert.True(MayBeThere("1", "b", retry: false));
        Assert.False(MayBeThere("2", "b", retry: false));
    }

    [Fact]
    public void MayBeThere_UnderANewLease_IsTrueOfAllForAWhile()
    {
        var repeated = new RepeatedPosts(_time);

        Assert.True(MayBeThere("1", "a", retry: false, repeated));
        Assert.False(MayBeThere("1", null, retry: false, repeated));
        _time.Advance(RepeatedPosts.HeldUpFor);
        Assert.False(MayBeThere("1", "a", retry: false, repeated));
    }

    private bool MayBeThere(string user, string? rid, bool retry, RepeatedPosts? repeated = null) =>
        (repeated ?? _repeated).MayBeThere(new UserId(user), rid, retry);
}
