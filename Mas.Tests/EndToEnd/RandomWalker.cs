using Mas.Tests.Client;
using Mas.Tests.Harness;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.EndToEnd;

/// <summary>One user who does random things, chosen by a seed, through one session at a time.</summary>
internal sealed class RandomWalker(MasSystem mas, MasClient client, IReadOnlyList<string> groups, int seed)
{
    // What a request may be answered when its target has changed or gone meanwhile; anything else is a fault.
    private static readonly HashSet<string> Expected =
        ["OK", "NOT_FOUND", "NO_PERMISSION", "ALREADY_JOINED", "INCORRECT_PASSWORD", "ERROR_EXISTS"];

    private readonly Random _random = new(seed);
    private IReadOnlyList<string> _peers = [];
    private int _said;

    /// <summary>The user's session now.</summary>
    public MasClient Client { get; private set; } = client;

    /// <summary>How many requests were answered.</summary>
    public int Requests { get; private set; }

    /// <summary>Does things until <paramref name="stop"/> is cancelled.</summary>
    /// <param name="peers">UserIds to talk to.</param>
    /// <param name="stop">When to stop; what is under way is finished.</param>
    public async Task RunAsync(IReadOnlyList<string> peers, CancellationToken stop)
    {
        _peers = peers;
        while (!stop.IsCancellationRequested)
        {
            await StepAsync();
            // Paced like busy people, not like a load test: what is sought are races, not limits.
            await Task.Delay(_random.Next(5, 60), CancellationToken.None);
        }
    }

    private Task StepAsync() => _random.Next(100) switch
    {
        < 38 => SayAsync(),
        < 46 => EditAsync(),
        < 58 => AskAsync("JOIN", new { network = "MAS", name = Pick(groups) }),
        < 64 => InGroupAsync(window => AskAsync("CLOSE", new { windowId = window.WindowId })),
        < 67 => InGroupAsync(window => AskAsync("UPDATE_TOPIC", new { windowId = window.WindowId, topic = $"topic {_random.Next(1000)}" })),
        < 70 => WithMemberAsync((window, member) => AskAsync("UPDATE_ROLE", new { windowId = window, userId = member, role = Pick(["@", "+", "u"]) })),
        < 72 => WithMemberAsync((window, member) => AskAsync("KICK", new { windowId = window, userId = member, reason = "random" })),
        < 75 => InGroupAsync(window => AskAsync("UPDATE_PASSWORD", new { windowId = window.WindowId, password = Pick(["", "", "secret"]) })),
        < 80 => AskAsync("CHAT", new { userId = Pick(_peers) }),
        < 84 => InWindowAsync(window => AskAsync("SEEN", new { windowId = window.WindowId, gid = window.Newest })),
        < 87 => InWindowAsync(window => AskAsync("UPDATE", new { windowId = window.WindowId, row = _random.Next(5), sounds = _random.Next(2) == 0 })),
        < 90 => InWindowAsync(window => AskAsync("TYPING", new { windowId = window.WindowId })),
        < 92 => AskAsync("SET", new { settings = new JObject { [$"setting{_random.Next(4)}"] = $"{_random.Next(100)}" } }),
        < 94 => AskAsync("REQUEST_FRIEND", new { userId = Pick(_peers) }),
        < 96 => AnswerFriendAsync(),
        < 97 => AskAsync("CREATE", new { name = Pick(groups) }),
        < 98 => InOneOnOneAsync(window => AskAsync("CLOSE", new { windowId = window.WindowId })),
        _ => ComeBackAsync(),
    };

    private Task SayAsync() => InWindowAsync(window => AskAsync("SEND", new
    {
        windowId = window.WindowId,
        text = $"{Client.UserId} says {_said++} {new string('x', _random.Next(80))}",
        rid = Guid.NewGuid().ToString(),
    }));

    private Task EditAsync() => InWindowAsync(window =>
    {
        var own = window.Messages.Values.Where(message => message.UserId == Client.UserId && message is { Cat: "msg", Status: not "deleted" }).TakeLast(10).ToArray();
        return own.Length == 0
            ? Task.CompletedTask
            : AskAsync("EDIT", new { windowId = window.WindowId, gid = Pick(own).Gid, text = _random.Next(4) == 0 ? "" : $"edited {_random.Next(1000)}" });
    });

    private async Task AnswerFriendAsync()
    {
        var asking = Client.Read(view => view.FriendRequests.ToArray());
        if (asking.Length > 0)
            await AskAsync("FRIEND_VERDICT", new { userId = Pick(asking), allow = _random.Next(3) > 0 });
    }

    /// <summary>Loses the connection and comes back, perhaps to another server, with what it has.</summary>
    private async Task ComeBackAsync()
    {
        await Client.BreakAsync();
        // By window: one gid for all of them says nothing of a window that was opened while its client was away.
        Client = await mas.ConnectAsync(Client.Login, new MasClientOptions { Resume = Client.LastView }, _random.Next(mas.Servers.Count));
    }

    private Task InWindowAsync(Func<ViewWindow, Task> act) => InOneOfAsync(_ => true, act);

    private Task InGroupAsync(Func<ViewWindow, Task> act) => InOneOfAsync(window => window.Type == "group", act);

    private Task InOneOnOneAsync(Func<ViewWindow, Task> act) => InOneOfAsync(window => window.Type == "1on1", act);

    /// <remarks>The chosen window is only looked at before the first await of <paramref name="act"/>, under the view's lock.</remarks>
    private async Task InOneOfAsync(Func<ViewWindow, bool> which, Func<ViewWindow, Task> act)
    {
        var acting = Client.Read(view =>
        {
            var windows = view.Windows.Values.Where(which).ToArray();
            return windows.Length == 0 ? Task.CompletedTask : act(Pick(windows));
        });
        await acting;
    }

    private Task WithMemberAsync(Func<int, string, Task> act) =>
        InGroupAsync(window => window.Members.Count == 0 ? Task.CompletedTask : act(window.WindowId, Pick([.. window.Members.Keys])));

    private async Task AskAsync(string type, object fields)
    {
        var ack = await Client.RequestAsync(type, fields);
        Requests++;
        var status = ack.Value<string>("status")!;
        // One may be asked to chat with oneself, befriend oneself, or kick oneself.
        if (!Expected.Contains(status) && !(status is "PARAMETER_INVALID" or "ERROR" && type is "REQUEST_FRIEND" or "KICK" or "CHAT"))
            throw new InvalidOperationException($"{type} {JObject.FromObject(fields)} answered {ack}");
    }

    private T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];
}
