namespace Mas.Tests.Irc.Bridge;

/// <summary>Many lines that come at once, and are handled together.</summary>
public sealed class BurstTests(ScriptedNetwork irc) : IClassFixture<ScriptedNetwork>
{
    [Fact]
    public async Task Talk_InOneRead_KeepsItsOrderAndItsAuthors()
    {
        var channel = IrcFixture.Name("#burst");
        var other = IrcFixture.Name("#other");
        var alice = await irc.JoinedAsync("alice", channel, others: "bob carol");
        await alice.JoinAsync(other, "bob carol");
        var (lines, expected) = (new List<string>(), new List<string>());
        for (var i = 0; i < 300; i++)
        {
            // Nick changes, actions and another channel stand between runs of plain talk.
            var nick = i % 2 == 0 ? "carol" : i > 150 ? "robert" : "bob";
            var action = i % 50 == 7;
            if (i == 151)
                lines.Add($":bob!b@host.example NICK robert");
            lines.Add($":{nick}!b@host.example PRIVMSG {channel} :{(action ? $"\u0001ACTION {i}\u0001" : $"{i}")}");
            expected.Add($"{nick} {(action ? "action" : "msg")} {i}");
            if (i % 40 == 39)
                lines.Add($":carol!b@host.example PRIVMSG {other} :elsewhere {i}");
        }

        await alice.HearAsync([.. lines]);

        var heard = alice.Client.Read(view => view.Group(channel, IrcSystem.Network)!.Messages.Values
            .Where(message => message.Cat is "msg" or "action")
            .Select(message => (Nick: (string)view.Users[message.UserId]["nick"]![IrcSystem.Network]!, message.Cat, message.Body)).ToList());
        // Bob and robert are one person, who is shown by the nick of now.
        Assert.Equal(expected.Select(line => line.Replace("bob ", "robert ", StringComparison.Ordinal)), heard.Select(message => $"{message.Nick} {message.Cat} {message.Body}"));
        Assert.Equal(7, Enumerable.Range(0, 300).Count(i => alice.Count(other, $"elsewhere {i}") == 1));
    }

    [Fact]
    public async Task Talk_HeardByTwoInBursts_IsPostedOnce()
    {
        var channel = IrcFixture.Name("#both");
        var alice = await irc.JoinedAsync("alice", channel);
        var dora = await irc.JoinedAsync("dora", channel);
        await alice.HearAsync($":{dora.Nick}!u@host.example JOIN {channel}");
        // What one of them says is heard by the other's connection too, between what bob says.
        await dora.Client.SayAsync(IrcSystem.Window(dora.Client, channel), "from dora");
        await dora.Peer.ExpectStartAsync("PRIVMSG");
        string[] lines =
        [
            .. Enumerable.Range(0, 100).Select(i => $":bob!b@host.example PRIVMSG {channel} :{i % 10}"),
            $":{dora.Nick}!u@host.example PRIVMSG {channel} :from dora",
            $":bob!b@host.example PRIVMSG @{channel} :for operators",
        ];

        await Task.WhenAll(alice.HearAsync(lines), dora.HearAsync([.. lines.Where(line => !line.EndsWith("from dora", StringComparison.Ordinal))]));
        // What one connection was the first to hear may be told to the other's user behind the end of its own lines.
        await alice.HearAsync();
        await dora.HearAsync();

        Assert.Equal(10, alice.Count(channel, "0"));
        Assert.Equal(10, dora.Count(channel, "9"));
        Assert.Equal(1, alice.Count(channel, "from dora"));
    }
}
