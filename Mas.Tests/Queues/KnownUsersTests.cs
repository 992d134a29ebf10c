using Mas.Core.Queues;

namespace Mas.Tests.Queues;

/// <summary>What a worker remembers of who has been introduced to whom.</summary>
public sealed class KnownUsersTests
{
    [Fact]
    public void Known_ManyUsersToManySessions_TakeNoMoreThanIsAllowed()
    {
        var known = new KnownUsers();
        for (var i = 0; i < 60_000; i++)
            known.Add(Session(i), UserId.Mas(1));

        // Each of them for its own takes as many bits as there have been sessions.
        for (var i = 0; i < 20_000; i++)
        {
            known.Add(Session(59_999), UserId.Mas(i));
            Assert.True(known.Contains(Session(59_999), UserId.Mas(i)));
        }

        Assert.InRange(known.Bytes, 1, 32L << 20);
        Assert.False(known.Contains(Session(59_999), UserId.Mas(20_000)));
    }

    private static SessionRef Session(int number) => new(UserId.Mas(number + 1), "s-1");
}
