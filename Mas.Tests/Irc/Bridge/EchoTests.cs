namespace Mas.Tests.Irc.Bridge;

/// <summary>What one of us says in a channel that several of us hear is there once, with the gid that its author was given.</summary>
public sealed class EchoTests(ScriptedNetwork irc) : IClassFixture<ScriptedNetwork>
{
    private const string Network = IrcSystem.Network;

    [Theory]
    [InlineData("", "")]
    [InlineData("echo-message", "")]
    [InlineData("echo-message message-tags", "@msgid=one ")]
    [InlineData("echo-message labeled-response message-tags batch", "@msgid=one ")]
    public async Task Said_InASharedChannel_IsThereOnceWithItsAuthorsGid(string capabilities, string tags)
    {
        var channel = IrcFixture.Name("#echo");
        var alice = await irc.JoinedAsync("alice", channel, capabilities: capabilities);
        var dora = await irc.JoinedAsync("dora", channel, capabilities: capabilities, others: $"{alice.Nick} bob");
        await alice.HearAsync($":{dora.Nick}!u@host.example JOIN {channel}");

        var gid = await alice.Client.SayAsync(IrcSystem.Window(alice.Client, channel), "hello hello");
        Assert.EndsWith($"PRIVMSG {channel} :hello hello", await alice.Peer.ReadLineAsync(), StringComparison.Ordinal);
        var relayed = $"{tags}:{alice.Nick}!u@host.example PRIVMSG {channel} :hello hello";
        await dora.HearAsync(relayed);
        await alice.HearAsync(capabilities.Length > 0 ? [relayed] : []);
        // The same said again on IRC by somebody else is another line.
        await dora.HearAsync($":bob!b@host.example PRIVMSG {channel} :hello hello");
        await alice.HearAsync();

        foreach (var user in new[] { alice, dora })
        {
            Assert.Equal(2, user.Count(channel, "hello hello"));
            Assert.Equal(alice.Client.UserId, user.Client.Read(view => view.Group(channel, Network)!.Messages[gid].UserId));
        }
    }
}
