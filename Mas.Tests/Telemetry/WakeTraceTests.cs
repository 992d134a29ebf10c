using System.Text;
using Mas.Core.Queues;

namespace Mas.Tests.Telemetry;

/// <summary>What a wake-up says of a traced message.</summary>
public sealed class WakeTraceTests
{
    private const string Traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static readonly SessionRef Alice = new(UserId.Mas(7), "srv-abc");
    private static readonly SessionRef Bob = new(UserId.Mas(8), "srv-def");

    [Fact]
    public void Written_IsReadAgain()
    {
        Assert.True(WakeTrace.TryRead(Written(Alice, Bob), out var traceparent, out var sessions));

        Assert.Equal(Traceparent, traceparent);
        Assert.Equal([Alice, Bob], sessions);
    }

    [Fact]
    public void Written_ForManySessions_NamesAFew()
    {
        Assert.True(WakeTrace.TryRead(Written([.. Enumerable.Range(1, 100).Select(user => new SessionRef(UserId.Mas(user), "srv-abc"))]), out _, out var sessions));

        Assert.Equal(WakeTrace.MaxSessions, sessions.Count);
    }

    [Fact]
    public void Written_IsNoSessionToWhoKnowsOfNoTraces()
    {
        Assert.False(SessionRef.TryParse(Written(Alice), out _));
    }

    [Fact]
    public void SessionName_IsNoTrace()
    {
        Assert.False(WakeTrace.TryRead(Alice.ToString(), out _, out _));
    }

    private static string Written(params SessionRef[] sessions)
    {
        var text = new StringBuilder();
        WakeTrace.Append(text, Traceparent, sessions);
        return text.ToString().TrimEnd(' ');
    }
}
