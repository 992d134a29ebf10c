using Mas.Core.Queues;
using Mas.Tests.Client;
using Mas.Tests.EndToEnd;
using Mas.Tests.Harness;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.Irc.Bridge;

/// <summary>Users on several networks (all of one server) who hear the same and talk, while workers come and go.</summary>
internal sealed class IrcCrowd : IAsyncDisposable
{
    internal const string Channel = "#crowd";
    internal static readonly TimeSpan Timeout = Eventually.DefaultDeadline;
    private readonly CancellationTokenSource _stop = new();
    private Task _hearing = Task.CompletedTask;
    private Task<int>[] _saying = [];
    private int _heard;

    private IrcCrowd(OpenIrcServer server, MasSystem mas, IReadOnlyList<IrcCrowdUser> users) => (Server, Mas, Users) = (server, mas, users);

    internal OpenIrcServer Server { get; }

    internal MasSystem Mas { get; }

    internal IReadOnlyList<IrcCrowdUser> Users { get; }

    /// <summary>Starts it; everybody is in the channel when this returns.</summary>
    /// <param name="networks">The network of each user.</param>
    /// <param name="roles">The roles of the first processes.</param>
    internal static async Task<IrcCrowd> GatherAsync(IReadOnlyList<string> networks, params string[] roles)
    {
        var server = new OpenIrcServer();
        // A worker that is only slow for a moment keeps its inboxes: whose users move, and how often, is what is looked at.
        var settings = new Dictionary<string, string> { ["Worker:LeaseMilliseconds"] = "4000", ["History:MaxMessages"] = "20000" };
        foreach (var network in networks.Distinct())
        {
            settings[$"Irc:Networks:{network}:Host"] = "127.0.0.1";
            settings[$"Irc:Networks:{network}:Port"] = $"{server.Port}";
            settings[$"Irc:Networks:{network}:Tls"] = "off";
            settings[$"Irc:Networks:{network}:ConnectsPerMinute"] = "0";
            settings[$"Irc:Networks:{network}:SecondsPerLine"] = "0";
            settings[$"Irc:Networks:{network}:ReconnectSeconds"] = "0.3";
        }
        var mas = await MasSystem.StartAsync(new MasSystemOptions { Settings = settings });
        try
        {
            foreach (var role in roles)
                await mas.AddIrcBackendAsync(role);
            return new IrcCrowd(server, mas, await Task.WhenAll(networks.Select(network => JoinAsync(mas, network))));
        }
        catch
        {
            await mas.DisposeAsync();
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>How many lines the server has told.</summary>
    internal int Heard => Volatile.Read(ref _heard);

    /// <summary>The server talks to everybody, and everybody says something again and again, until <see cref="StopAsync"/>.</summary>
    internal void Talk()
    {
        _hearing = HearAsync();
        _saying = [.. Users.Select(SayAsync)];
    }

    /// <summary>Waits until the server has told so many more lines.</summary>
    internal Task HearMoreAsync(int lines)
    {
        var enough = Heard + lines;
        return Eventually.HoldsAsync(() => Heard >= enough, () => $"{enough} lines are told\n{Mas.Logs}", Timeout);
    }

    /// <summary>Ends all talk.</summary>
    /// <returns>How many lines the server told, and how many each user said.</returns>
    internal async Task<(int Heard, int[] Said)> StopAsync()
    {
        await _stop.CancelAsync();
        await _hearing;
        return (_heard, await Task.WhenAll(_saying));
    }

    /// <summary>The server tells everybody a line of this number.</summary>
    internal Task TellAsync(int number) => Server.TellAsync($":bob!b@host PRIVMSG {Channel} :heard {number}");

    /// <summary>Waits until an endpoint's layout is at rest with so many parts, each with a worker.</summary>
    internal Task LayoutIsAsync(string endpoint, int version, int parts) => Eventually.HoldsAsync(
        async () => JToken.DeepEquals(JObject.Parse((string?)await Mas.Redis.Database.StringGetAsync($"inboxlayout:{endpoint}") ?? "{}"), new JObject { ["version"] = version, ["parts"] = parts })
            && (await HoldersAsync(endpoint, parts)).All(holder => holder is not null),
        () => $"layout {version} of {endpoint} has {parts} inboxes\n{Mas.Logs}", Timeout);

    /// <summary>The workers of an endpoint's parts, and for a moment whoever changes its layout.</summary>
    internal async Task<MasProcess?[]> HoldersAsync(string endpoint, int parts) => [.. (await Task.WhenAll(
        Enumerable.Range(0, parts).Select(part => Mas.Redis.Database.StringGetAsync("lease:" + InboxPartition.NameOf(endpoint, part))))).Select(ProcessOf)];

    /// <summary>Who holds the connections of each part's users.</summary>
    internal async Task<MasProcess?[]> ConnectionHoldersAsync(int parts) => [.. (await Mas.Redis.Database.HashGetAsync(
        "ircconnectionsholders", [.. Enumerable.Range(0, parts).Select(part => (StackExchange.Redis.RedisValue)$"{part}/{parts}")])).Select(ProcessOf)];

    /// <summary>Everybody shows every line that was told, and has said everything, each once, in order, over one connection.</summary>
    /// <param name="heard">How many lines were told (<see cref="StopAsync"/>).</param>
    /// <param name="said">How many each user said.</param>
    internal async Task AssertWholeAsync(int heard, int[] said)
    {
        for (var i = 0; i < Users.Count; i++)
        {
            var user = Users[i];
            var ownWords = Enumerable.Range(0, said[i]).Select(number => $"said {number}").ToList();
            await user.Client.WaitAsync(view => view.Windows[user.WindowId].Messages.Values.Any(message => message.Body == $"heard {heard - 1}"), () => $"the last line\n{Mas.Logs}");
            await Eventually.HoldsAsync(() => Server.SaidBy(user.Nick).Count >= said[i], () => $"everything said is on {user.Network}\n{Mas.Logs}");
            Assert.Equal(Enumerable.Range(0, heard).Select(number => $"heard {number}"), user.Shown("heard"));
            Assert.Equal(ownWords, user.Shown("said", user.Client.UserId));
            Assert.Equal(ownWords, Server.SaidBy(user.Nick));
            Assert.Equal(1, Server.ConnectionsOf(user.Nick));
            await Eventually.PassesAsync(() => RedisTruth.AssertEqualsAsync(Mas.Redis.Database, user.Client));
        }
    }

    /// <summary>No inbox has dead letters or unfinished claims, and fsck finds nothing.</summary>
    internal async Task AssertNothingIsLeftAsync()
    {
        Assert.Empty(Mas.Redis.Keys("inbox:*:dead"));
        Assert.Empty(Mas.Redis.Keys("{inbox:*}:leaving"));
        Assert.Empty(Mas.Redis.Keys("{inbox:*}:arriving"));
        await Fsck.AssertCleanAsync(Mas.Redis);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Mas.DisposeAsync();
        await Server.DisposeAsync();
    }

    private static async Task<IrcCrowdUser> JoinAsync(MasSystem mas, string network)
    {
        var client = await mas.NewClientAsync("crowd", new MasClientOptions { Deadline = Timeout, WorkersFail = true });
        await IrcSystem.RequestAsync(client, "JOIN", new { network, name = Channel });
        await client.WaitAsync(view => view.Group(Channel, network)?.Members.ContainsKey(client.UserId) == true, () => $"the window on {network}\n{mas.Logs}");
        return new IrcCrowdUser(client, network);
    }

    // A worker is <machine>-<pid>-<random>.
    private MasProcess? ProcessOf(StackExchange.Redis.RedisValue worker) =>
        Mas.IrcBackends.FirstOrDefault(process => ((string?)worker)?.Contains($"-{process.Process.Id}-", StringComparison.Ordinal) == true);

    private async Task HearAsync()
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!_stop.IsCancellationRequested)
        {
            await TellAsync(_heard);
            Volatile.Write(ref _heard, _heard + 1);
            await pace.WaitForNextTickAsync();
        }
    }

    /// <summary>A line after the other; one that was refused, since the connection is being made again, is said again.</summary>
    private async Task<int> SayAsync(IrcCrowdUser user)
    {
        for (var i = 0; ; i++)
        {
            if (_stop.IsCancellationRequested)
                return i;
            await Eventually.PassesAsync(() => user.Client.OkAsync("SEND", new { windowId = user.WindowId, text = $"said {i}", rid = $"{user.Client.UserId}-{i}", retry = true }), Timeout);
        }
    }
}

/// <summary>One of an <see cref="IrcCrowd"/>.</summary>
internal sealed record IrcCrowdUser(MasClient Client, string Network)
{
    internal string Nick => Client.Login.Nick;

    internal int WindowId { get; } = Client.Read(view => view.Group(IrcCrowd.Channel, Network)!.WindowId);

    /// <summary>What the user's window shows of what begins so, in order.</summary>
    internal List<string> Shown(string start, string? author = null) => Client.Read(view => view.Windows[WindowId].Messages.Values
        .Where(message => message.Cat == "msg" && message.Body.StartsWith(start, StringComparison.Ordinal) && (author is null || message.UserId == author))
        .Select(message => message.Body).ToList());
}
