using System.Text;
using Mas.Tests.Client;

namespace Mas.Tests.Irc.Bridge;

/// <summary>Malformed, excessive and hostile input, typed and received.</summary>
public sealed class ScriptedInputTests(ScriptedNetwork irc) : IClassFixture<ScriptedNetwork>
{
    private const string Network = IrcSystem.Network;
    private const string Bob = ":bob!b@host.example";

    [Fact]
    public async Task LineBreaks_InWhatIsTyped_NeverMakeAnotherCommand()
    {
        var channel = IrcFixture.Name("#inject");
        var alice = await irc.JoinedAsync("alice", channel);
        var windowId = IrcSystem.Window(alice.Client, channel);

        await alice.Client.OkAsync("SEND", new { windowId, text = "/topic a\r\nQUIT :b" });
        await alice.Client.OkAsync("SEND", new { windowId, text = "/quote VERSION\nQUIT :c" });
        await alice.Client.OkAsync("COMMAND", new { windowId, command = "kick", @params = "bob x\nQUIT :d" });

        await alice.Peer.ExpectStartAsync($"TOPIC {channel} :a QUIT :b");
        await alice.Peer.ExpectAsync("VERSION");
        await alice.Peer.ExpectAsync($"KICK {channel} bob :x QUIT :d");
    }

    [Fact]
    public async Task Bytes_ThatAreNoUtf8_AreReadInTheFallback()
    {
        var channel = IrcFixture.Name("#latin");
        var alice = await irc.JoinedAsync("alice", channel);

        await alice.Peer.SendBytesAsync([.. Encoding.ASCII.GetBytes($"{Bob} PRIVMSG {channel} :price "), 0xA4, (byte)'\n']);

        await irc.System.SeesAsync(alice.Client, channel, "price €");
    }

    [Fact]
    public async Task LongLines_OfAnySize_EndNothing()
    {
        var channel = IrcFixture.Name("#long");
        var alice = await irc.JoinedAsync("alice", channel);

        await alice.HearAsync(
            $"{Bob} PRIVMSG {channel} :{new string('a', 60_000)}", $"{Bob} PRIVMSG {channel} :{new string('b', 200_000)}",
            $"@{string.Join(';', Enumerable.Range(0, 500).Select(i => $"tag{i}=x"))} {Bob} PRIVMSG {channel} :tagged", $"{Bob} PRIVMSG {channel} :after");

        Assert.Equal(1, alice.Count(channel, "after"));
        Assert.Equal(1, alice.Count(channel, "tagged"));
        Assert.Equal(1, alice.Count(channel, new string('a', 60_000)));
    }

    [Fact]
    public async Task NickChanges_ByTheHundred_EndWithTheLastOne()
    {
        var channel = IrcFixture.Name("#nicks");
        var alice = await irc.JoinedAsync("alice", channel, others: "flood0");

        await alice.HearAsync([.. Enumerable.Range(0, 300).Select(i => $":flood{i}!f@h NICK flood{i + 1}"), $":flood300!f@h PRIVMSG {channel} :me"]);

        Assert.Equal([alice.Nick, "flood300"], alice.Members(channel).Keys);
        Assert.Equal(1, alice.Count(channel, "me"));
        Assert.Equal(1, await irc.System.Mas.Redis.Database.HashLengthAsync("index:ircuser") - await OthersAsync("flood"));

        // Of all those nicks, one is known: the last.
        async Task<long> OthersAsync(string prefix) =>
            (await irc.System.Mas.Redis.Database.HashKeysAsync("index:ircuser")).Count(field => !((string)field!).StartsWith($"{Network}:{prefix}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task DirectConnections_OfferedInAnyForm_AreNeverChat()
    {
        var channel = IrcFixture.Name("#dcc");
        var alice = await irc.JoinedAsync("alice", channel);

        await alice.HearAsync(
            $"{Bob} PRIVMSG {alice.Nick} :\u0001DCC CHAT chat 2130706433 22\u0001", $"{Bob} PRIVMSG {channel} :\u0001DCC SEND \"a b\" 1 2 3", $"{Bob} PRIVMSG {channel} :\u0001dcc\u0001",
            $"{Bob} NOTICE {alice.Nick} :\u0001DCC REJECT\u0001", $"{Bob} PRIVMSG {channel} :\u0001\u0001", $"{Bob} PRIVMSG {channel} :\u0001FINGER\u0001");

        await irc.System.ServerSaysAsync(alice.Client, "offers a direct connection (DCC CHAT chat 2130706433 22)", "info");
        Assert.DoesNotContain(alice.Client.Read(view => view.Group(channel, Network)!.Messages.Values.ToList()), message => message.Cat is "msg" or "notice" && message.Body.Contains("DCC", StringComparison.OrdinalIgnoreCase));
        Assert.Null(alice.Client.Read(view => view.Windows.Values.SingleOrDefault(window => window.Network == Network && window.PeerId is { } peer && peer != ChatView.ServerUserId)));
    }

    [Fact]
    public async Task HostileLines_ByTheThousand_StopNothing()
    {
        var channel = IrcFixture.Name("#fuzz");
        var alice = await irc.JoinedAsync("alice", channel);
        var random = new Random(4711);
        string[] commands = ["PRIVMSG", "NOTICE", "JOIN", "PART", "KICK", "QUIT", "NICK", "MODE", "TOPIC", "INVITE", "353", "366", "332", "333", "324", "471", "470", "403", "433", "301", "BATCH", "FAIL", "TAGMSG", "REDACT", "RENAME", "CHGHOST", "005", "396", "999", "AWAY"];
        string[] words = [channel, "bob", alice.Nick, "", ":", "+o", "-o+v", "+k", "#", "@#x", "*", "\u0001ACTION", "\u0001DCC\u0001", "+ref", "-ref", "ünï", "=", "99999999999999999999", "a!b@c", "!@", ";", new string('x', 400)];
        var lines = Enumerable.Range(0, 1500).Select(_ =>
        {
            var tags = random.Next(4) == 0 ? $"@msgid={random.Next(9)};batch=ref;time=x;+typing=active " : "";
            var source = random.Next(5) == 0 ? "" : $":{words[random.Next(words.Length)]}{(random.Next(2) == 0 ? "!u@h" : "")} ";
            var parameters = string.Join(' ', Enumerable.Range(0, random.Next(6)).Select(_ => words[random.Next(words.Length)]));
            return $"{tags}{source}{commands[random.Next(commands.Length)]} {parameters}";
        }).Where(line => !line.Contains($" KICK {channel} {alice.Nick}", StringComparison.Ordinal)).ToArray();

        await alice.HearAsync(lines);

        Assert.Equal(0, await irc.System.Mas.Redis.Database.ListLengthAsync("inbox:ircparser:dead"));
    }
}
