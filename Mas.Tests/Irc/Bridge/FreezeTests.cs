using System.Collections.Concurrent;
using Mas.Tests.Client;
using Mas.Tests.EndToEnd;
using Mas.Tests.Harness;

namespace Mas.Tests.Irc.Bridge;

/// <summary>A role's process is stopped for longer than its lease and wakes up when another one has taken over.</summary>
public sealed class FreezeTests
{
    private const string Channel = "#load";

    [Fact]
    public async Task Parser_FrozenLongerThanItsLease_DoublesAndLosesNothing()
    {
        var irc = new ScriptedNetwork();
        await irc.InitializeAsync();
        try
        {
            var standby = await irc.System.Mas.AddIrcBackendAsync("ircparser");
            var alice = await irc.JoinedAsync("alice", Channel);
            var peer = new PeerLog(alice.Peer);
            using var stop = new CancellationTokenSource();
            var hearing = HearAsync(irc, alice, stop.Token);
            var saying = SayAsync(alice.Client, stop.Token);
            await irc.System.SeesAsync(alice.Client, Channel, "heard 20");

            irc.System.Parser.Process.Signal(ProcessSignal.Stop);
            await standby.Process.WaitForLineAsync("Active consumer of inbox:ircparser");
            var then = alice.Client.Read(view => view.Group(Channel, IrcSystem.Network)!.Messages.Count);
            await alice.Client.WaitAsync(view => view.Group(Channel, IrcSystem.Network)!.Messages.Count > then + 50, "the standby goes on");
            irc.System.Parser.Process.Signal(ProcessSignal.Continue);
            await irc.System.Parser.Process.WaitForLineAsync("The connection to Redis at");
            await stop.CancelAsync();
            var heard = Enumerable.Range(0, await hearing).Select(i => $"heard {i}").ToList();
            var said = Enumerable.Range(0, await saying).Select(i => $"said {i}").ToList();

            await irc.System.SeesAsync(alice.Client, Channel, heard[^1]);
            await Eventually.HoldsAsync(() => peer.Texts(Channel).Count >= said.Count, "everything said is on the connection");
            Assert.Equal(said, peer.Texts(Channel));
            var bodies = alice.Client.Read(view => view.Group(Channel, IrcSystem.Network)!.Messages.Values.Where(message => message.Cat == "msg").Select(message => message.Body).ToList());
            Assert.Equal(heard, bodies.Where(body => body.StartsWith("heard", StringComparison.Ordinal)));
            Assert.Equal(said, bodies.Where(body => body.StartsWith("said", StringComparison.Ordinal)));
            await Eventually.PassesAsync(() => RedisTruth.AssertEqualsAsync(irc.System.Mas.Redis.Database, alice.Client));
        }
        finally
        {
            await irc.DisposeAsync();
        }
    }

    [Fact]
    public async Task ConnectionManager_FrozenLongerThanItsLease_SendsEachLineOnceOrSaysThatItDidNot()
    {
        var irc = new ScriptedNetwork();
        await irc.InitializeAsync();
        try
        {
            var standby = await irc.System.Mas.AddIrcBackendAsync("connectionmanager");
            var alice = await irc.JoinedAsync("alice", Channel);
            var before = new PeerLog(alice.Peer);
            using var stop = new CancellationTokenSource();
            var saying = SayAsync(alice.Client, stop.Token);
            await Eventually.HoldsAsync(() => before.Texts(Channel).Count > 10, "some lines are on the connection");

            irc.System.Manager.Process.Signal(ProcessSignal.Stop);
            await standby.Process.WaitForLineAsync("Active consumer of inbox:connectionmanager");
            await alice.ReconnectedAsync();
            await alice.Peer.ExpectStartAsync($"JOIN {Channel}");
            await alice.EnterAsync(Channel);
            var after = new PeerLog(alice.Peer);
            await Eventually.HoldsAsync(() => after.Texts(Channel).Count > 10 || saying.IsFaulted, "some lines are on the new connection");
            irc.System.Manager.Process.Signal(ProcessSignal.Continue);
            await before.Ended;
            await stop.CancelAsync();
            var said = Enumerable.Range(0, await saying).Select(i => $"said {i}").ToList();
            await Eventually.HoldsAsync(() => after.Texts(Channel).Contains(said[^1]), "the last line is on the new connection");

            string[] sent = [.. before.Texts(Channel), .. after.Texts(Channel)];
            Assert.Equal(sent.Distinct(), sent);
            await Eventually.PassesAsync(() =>
            {
                var unsent = Told(alice.Client, "Not sent");
                var unsure = Told(alice.Client, "May not have been sent");
                Assert.Empty(sent.Intersect(unsent));
                Assert.Equal(said.Order(StringComparer.Ordinal), sent.Concat(unsent).Union(unsure).Order(StringComparer.Ordinal));
                return Task.CompletedTask;
            });
        }
        finally
        {
            await irc.DisposeAsync();
        }
    }

    /// <summary>The lines that an error names.</summary>
    private static string[] Told(MasClient client, string what) => client.Read(view => view.Group(Channel, IrcSystem.Network)!.Messages.Values
        .Where(message => message.Cat == "error" && message.Body.StartsWith(what, StringComparison.Ordinal))
        .Select(message => message.Body[(message.Body.LastIndexOf(": ", StringComparison.Ordinal) + 2)..]).ToArray());

    /// <summary>Lines come from the network, some ahead of what the user sees, until told to stop.</summary>
    /// <returns>How many.</returns>
    private static async Task<int> HearAsync(ScriptedNetwork irc, ScriptedUser user, CancellationToken stop)
    {
        const int Ahead = 20;
        for (var i = 0; ; i++)
        {
            if (stop.IsCancellationRequested)
                return i;
            await user.Peer.SendAsync($":bob!b@host.example PRIVMSG {Channel} :heard {i}");
            if (i >= Ahead)
                await irc.System.SeesAsync(user.Client, Channel, $"heard {i - Ahead}");
        }
    }

    /// <summary>The user talks, one line after another, until told to stop; a line that was refused is said again.</summary>
    /// <returns>How many.</returns>
    private static async Task<int> SayAsync(MasClient client, CancellationToken stop)
    {
        var windowId = IrcSystem.Window(client, Channel);
        for (var i = 0; ; i++)
        {
            if (stop.IsCancellationRequested)
                return i;
            await Eventually.PassesAsync(() => client.OkAsync("SEND", new { windowId, text = $"said {i}", rid = $"rid-{i}", retry = true }));
        }
    }

    /// <summary>Everything that comes over one connection.</summary>
    private sealed class PeerLog
    {
        private readonly ConcurrentQueue<string> _lines = new();

        internal PeerLog(IrcPeer peer) => Ended = ReadAsync(peer);

        /// <summary>Completed when the connection has ended.</summary>
        internal Task Ended { get; }

        /// <summary>What was said to a channel, in order.</summary>
        internal IReadOnlyList<string> Texts(string channel)
        {
            var start = $"PRIVMSG {channel} :";
            return [.. _lines.Where(line => line.StartsWith(start, StringComparison.Ordinal)).Select(line => line[start.Length..])];
        }

        private async Task ReadAsync(IrcPeer peer)
        {
            await Task.Yield();
            // A frozen process says nothing for as long as its place is taken and the other one has connected.
            while (await peer.ReadLineAsync(TimeSpan.FromMinutes(2)) is { } line)
                _lines.Enqueue(line);
        }
    }
}
