using StackExchange.Redis;

namespace Mas.Tests.Irc.Bridge;

/// <summary>Of the lists of names that several connections get of one channel in a burst, the first makes its members.</summary>
public sealed class NamesReporterTests(ScriptedNetwork irc) : IClassFixture<ScriptedNetwork>
{
    private const string Bob = ":bob!b@host.example";

    private IDatabase Redis => irc.System.Mas.Redis.Database;

    [Fact]
    public async Task Names_OfASecondConnectionInABurst_ResetNothing()
    {
        var (channel, alice, dora) = await SharedAsync();

        await NamesAsync(alice, channel, $"{alice.Nick} {dora.Nick} bob carl");
        var reporter = await ReporterAsync(alice, channel);
        Assert.Equal(alice.Client.UserId, (string?)await Redis.StringGetAsync(reporter));
        Assert.InRange((await Redis.KeyTimeToLiveAsync(reporter))!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(3));
        // However slow this test is, the burst lasts.
        await Redis.StringSetAsync(reporter, alice.Client.UserId, TimeSpan.FromMinutes(1));
        await NamesAsync(dora, channel, $"{alice.Nick} {dora.Nick} bob");
        Assert.Equal(Sorted(alice.Nick, dora.Nick, "bob", "carl"), dora.Members(channel).Keys);

        // The one whose list it was may correct it.
        await NamesAsync(alice, channel, $"{alice.Nick} {dora.Nick} bob");
        await dora.HearAsync();
        Assert.Equal(Sorted(alice.Nick, dora.Nick, "bob"), dora.Members(channel).Keys);

        // When the burst is over, whoever asks resets them.
        await Redis.KeyDeleteAsync(reporter);
        await NamesAsync(dora, channel, $"{alice.Nick} {dora.Nick} bob dave");
        await alice.HearAsync();
        Assert.Equal(Sorted(alice.Nick, dora.Nick, "bob", "dave"), alice.Members(channel).Keys);
        Assert.Equal(dora.Client.UserId, (string?)await Redis.StringGetAsync(reporter));
    }

    [Theory]
    [InlineData("part")]
    [InlineData("kick")]
    [InlineData("close")]
    [InlineData("connection")]
    public async Task Names_WhenTheReporterHasGone_AreTheNextOnes(string how)
    {
        var (channel, alice, dora) = await SharedAsync();
        await NamesAsync(alice, channel, $"{alice.Nick} {dora.Nick} bob carl");
        var reporter = await ReporterAsync(alice, channel);
        await Redis.StringSetAsync(reporter, alice.Client.UserId, TimeSpan.FromMinutes(1));

        switch (how)
        {
            case "part":
                await alice.HearAsync($":{alice.Nick}!u@host.example PART {channel}");
                break;
            case "kick":
                await alice.HearAsync($"{Bob} KICK {channel} {alice.Nick}");
                break;
            case "close":
                await alice.Client.OkAsync("CLOSE", new { windowId = IrcSystem.Window(alice.Client, channel) });
                break;
            default:
                await alice.Peer.DisposeAsync();
                await irc.System.IsAsync(alice.Client, "disconnected");
                break;
        }
        Assert.False(await Redis.KeyExistsAsync(reporter));
        await dora.HearAsync($":{alice.Nick}!u@host.example PART {channel}");
        await NamesAsync(dora, channel, $"{dora.Nick} bob dave");

        Assert.Equal(Sorted(dora.Nick, "bob", "dave"), dora.Members(channel).Keys);
    }

    [Fact]
    public async Task Reporter_WhoIsSomebodyElse_StaysWhenOneLeaves()
    {
        var (channel, alice, dora) = await SharedAsync();
        await NamesAsync(alice, channel, $"{alice.Nick} {dora.Nick} bob carl");
        var reporter = await ReporterAsync(alice, channel);
        await Redis.StringSetAsync(reporter, alice.Client.UserId, TimeSpan.FromMinutes(1));

        await dora.HearAsync($":{dora.Nick}!u@host.example PART {channel}");

        Assert.Equal(alice.Client.UserId, (string?)await Redis.StringGetAsync(reporter));
    }

    private async Task<(string Channel, ScriptedUser Alice, ScriptedUser Dora)> SharedAsync()
    {
        var channel = IrcFixture.Name("#names");
        var alice = await irc.JoinedAsync("alice", channel);
        var dora = await irc.JoinedAsync("dora", channel, others: $"{alice.Nick} bob");
        await alice.HearAsync($":{dora.Nick}!u@host.example JOIN {channel}");
        await dora.HearAsync();
        await Redis.KeyDeleteAsync(await ReporterAsync(alice, channel));
        return (channel, alice, dora);
    }

    /// <summary>The key that names the reporter of a channel.</summary>
    private async Task<RedisKey> ReporterAsync(ScriptedUser user, string channel) =>
        $"ircnamesreporter:{await Redis.HashGetAsync($"window:{user.Client.UserId}:{IrcSystem.Window(user.Client, channel)}", "conversationId")}";

    private static Task NamesAsync(ScriptedUser user, string channel, string names) => user.HearAsync(
        $":mock.server 353 {user.Nick} = {channel} :{names}", $":mock.server 366 {user.Nick} {channel} :End of /NAMES list.");

    private static IEnumerable<string> Sorted(params string[] names) => names.Order(StringComparer.Ordinal);
}
