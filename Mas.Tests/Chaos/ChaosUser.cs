using System.Net.WebSockets;
using Mas.Tests.Client;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.Chaos;

/// <summary>
/// A user who does random things, and recovers as a real client does: reconnects with <c>cached</c>, and repeats unacknowledged messages with
/// the same rid.
/// </summary>
internal sealed class ChaosUser(ChaosSystem system, MasLogin login, string ownGroup, SentMessages sent, Violations violations, int seed) : IAsyncDisposable
{
    /// <summary>A session's start brings no more messages of a window.</summary>
    private const int MaxMessages = 900;

    private const int MaxInBurst = 5;

    /// <summary>The client reconnects when an answer takes longer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);

    private readonly Random _random = new(seed);
    private MasClient? _client;
    private ChatView? _lastView;
    private IReadOnlyList<string> _groups = [];
    private IReadOnlyList<string> _peers = [];
    private int _bursts;
    private int _sent;

    /// <summary>Whose sessions these are.</summary>
    public MasLogin Login => login;

    /// <summary>How many requests were answered.</summary>
    public int Requests { get; private set; }

    /// <summary>How many sessions there were.</summary>
    public int Sessions { get; private set; }

    /// <summary>Does random things until <paramref name="stop"/> is cancelled, and finishes the last one.</summary>
    /// <param name="groups">Groups to be in.</param>
    /// <param name="peers">UserIds to talk to.</param>
    /// <param name="stop">When to stop.</param>
    public async Task RunAsync(IReadOnlyList<string> groups, IReadOnlyList<string> peers, CancellationToken stop)
    {
        (_groups, _peers) = (groups, peers);
        while (!stop.IsCancellationRequested)
        {
            await StepAsync();
            await Task.Delay(_random.Next(10, 120), CancellationToken.None);
        }
    }

    /// <summary>The session now; a new one when there is none.</summary>
    public async Task<MasClient> ConnectedAsync()
    {
        while (true)
        {
            if (_client is { Ended.IsCompleted: false } open)
                return open;
            try
            {
                await LeaveAsync();
                var server = _random.Next(system.ToServers.Count);
                _client = await MasClient.ConnectAsync(system.AddressOf(server), login, new MasClientOptions { Resume = _lastView, Deadline = Patience });
                Sessions++;
            }
            catch (ProtocolViolationException e)
            {
                // It reconnects with an empty view, so that one violation does not cause the next.
                violations.Add("what clients are sent follows the protocol", e.Message);
                _lastView = null;
            }
            catch (Exception e) when (IsFault(e))
            {
                if (e is MasSessionEndedException { Termination.Code: { } code } && code is not ("SERVER_STOPPING" or "TOO_MANY_SESSIONS"))
                    violations.Add("a session begins with a good cookie", $"{login.Nick} (user {login.UserId}): {e.Message}");
                await Task.Delay(_random.Next(50, 400));
            }
        }
    }

    /// <summary>Drops the connection, and keeps the view.</summary>
    public async Task LeaveAsync()
    {
        if (_client is not { } client)
            return;
        await client.BreakAsync();
        if (client.Violation is { } violation)
            violations.Add("what clients are sent follows the protocol", violation);
        _lastView = client.Violation is null ? client.LastView : null;
        _client = null;
        await client.DisposeAsync();
    }

    /// <summary>Closes the connection in order.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_client is not { } client)
            return;
        try
        {
            await client.CloseAsync();
        }
        catch (Exception e) when (IsFault(e))
        {
            // It has ended already.
        }
        await LeaveAsync();
    }

    private Task StepAsync() => _random.Next(100) switch
    {
        < 50 => SendBurstAsync(),
        < 60 => EditAsync(),
        < 68 => AskAsync("JOIN", new { network = "MAS", name = Pick(_groups) }),
        < 71 => InOneOfAsync(window => window.Name != ownGroup, window => AskAsync("CLOSE", new { windowId = window.WindowId })),
        < 73 => InOneOfAsync(window => window.Type == "group", window => AskAsync("UPDATE_TOPIC", new { windowId = window.WindowId, topic = $"topic {_random.Next(1000)}" })),
        < 76 => WithMemberAsync((window, member) => AskAsync("UPDATE_ROLE", new { windowId = window, userId = member, role = Pick(["@", "+", "u"]) })),
        < 77 => WithMemberAsync((window, member) => AskAsync("KICK", new { windowId = window, userId = member, reason = "chaos" })),
        < 80 => AskAsync("CHAT", new { userId = Pick(_peers) }),
        < 83 => InOneOfAsync(window => window.Newest > 0, window => AskUntilKnownAsync("SEEN", new { windowId = window.WindowId, gid = window.Newest })),
        < 86 => InOneOfAsync(_ => true, window => AskUntilKnownAsync("UPDATE", new { windowId = window.WindowId, row = _random.Next(5), sounds = _random.Next(2) == 0 })),
        < 88 => InOneOfAsync(_ => true, window => AskAsync("TYPING", new { windowId = window.WindowId })),
        < 90 => AskUntilKnownAsync("SET", new { settings = new JObject { [$"setting{_random.Next(4)}"] = $"{_random.Next(100)}" } }),
        < 92 => AskUntilKnownAsync("REQUEST_FRIEND", new { userId = Pick(_peers) }),
        < 94 => AnswerFriendAsync(),
        < 96 => InOneOfAsync(window => window.Newest > 0, window => AskAsync("FETCH", new { windowId = window.WindowId, limit = 20 })),
        < 97 => SendMalformedAsync(),
        _ => ReconnectAsync(),
    };

    /// <summary>Sends some messages at once, and repeats each until it is answered.</summary>
    private async Task SendBurstAsync()
    {
        var client = await ConnectedAsync();
        var chosen = client.Read(view => view.Windows.Values.Where(window => window.Messages.Count < MaxMessages).Select(NameOf).ToArray());
        if (chosen.Length == 0)
            return;
        var (windowId, place) = Pick(chosen);
        var burst = _bursts++;
        var sentMessages = Enumerable.Range(0, _random.Next(1, MaxInBurst + 1)).Select(i => new SentMessage(
            login.UserId, place, $"{login.UserId}-{burst}-{i}", $"message {_sent++} of {login.UserId} {new string('x', _random.Next(80))}", burst, i)).ToArray();
        var answers = new List<Task<JObject>>();
        foreach (var sentMessage in sentMessages)
        {
            sent.Add(sentMessage);
            if (await StartAsync(client, Request(windowId, sentMessage, retry: false)) is { } answer)
                answers.Add(answer);
        }
        for (var i = 0; i < sentMessages.Length; i++)
        {
            var ack = i < answers.Count ? await AnswerAsync(client, answers[i]) : null;
            if (!IsSettled(ack, sentMessages[i], atOnce: true))
                await RepeatAsync(windowId, sentMessages[i]);
        }
    }

    private async Task RepeatAsync(int windowId, SentMessage sentMessage)
    {
        JObject? ack;
        do
        {
            await Task.Delay(_random.Next(50, 400));
            var client = await ConnectedAsync();
            ack = await StartAsync(client, Request(windowId, sentMessage, retry: true)) is { } answer ? await AnswerAsync(client, answer) : null;
        }
        while (!IsSettled(ack, sentMessage, atOnce: false));
    }

    private bool IsSettled(JObject? ack, SentMessage sentMessage, bool atOnce)
    {
        switch (ack?.Value<string>("status"))
        {
            case null or "UNAVAILABLE":
                return false;
            case "OK":
                sentMessage.AtOnce = atOnce;
                sentMessage.Acknowledge(ack!.Value<long>("gid"));
                return true;
            // The window was closed, or the user kicked, meanwhile.
            case "NOT_FOUND":
                return true;
            default:
                violations.Add("a message is accepted", $"{sentMessage}: {ack}");
                return true;
        }
    }

    private static JObject Request(int windowId, SentMessage sentMessage, bool retry)
    {
        var request = new JObject { ["type"] = "SEND", ["windowId"] = windowId, ["text"] = sentMessage.Text, ["rid"] = sentMessage.Rid };
        if (retry)
            request["retry"] = true;
        return request;
    }

    private async Task EditAsync()
    {
        var client = await ConnectedAsync();
        var own = client.Read(view => view.Windows.Values.SelectMany(window => window.Messages.Values
            .Where(message => message.UserId == login.UserId && message is { Cat: "msg", Status: not "deleted" })
            .TakeLast(5).Select(message => (window.WindowId, message.Gid))).ToArray());
        if (own.Length == 0)
            return;
        var (windowId, gid) = Pick(own);
        var text = _random.Next(4) == 0 ? "" : $"edited {_random.Next(1000)}";
        var begun = DateTimeOffset.UtcNow;
        var ack = await AskAsync("EDIT", new { windowId, gid, text });
        if (sent.All.Values.FirstOrDefault(sentMessage => sentMessage.Gid == gid && sentMessage.UserId == login.UserId) is not { } edited)
            return;
        if (ack?.Value<string>("status") == "OK")
            edited.AcknowledgeEdit(text, begun);
        else if (ack?.Value<string>("status") is null or "UNAVAILABLE")
            edited.EditUnknown = true;
    }

    private async Task AnswerFriendAsync()
    {
        var asking = (await ConnectedAsync()).Read(view => view.FriendRequests.ToArray());
        if (asking.Length > 0)
            await AskUntilKnownAsync("FRIEND_VERDICT", new { userId = Pick(asking), allow = _random.Next(3) > 0 });
    }

    private async Task SendMalformedAsync()
    {
        var client = await ConnectedAsync();
        try
        {
            await (_random.Next(4) switch
            {
                0 => client.SendRawAsync(new byte[] { 0xff, 0xfe, 0 }, WebSocketMessageType.Text),
                1 => client.SendRawAsync(new byte[] { 1, 2, 3 }, WebSocketMessageType.Binary),
                2 => client.SendRawAsync("{\"type\":\"SEND\",\"reqId\":"),
                _ => client.SendRawAsync("[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]"),
            });
            await client.Ended.WaitAsync(Patience);
        }
        catch (Exception e) when (IsFault(e))
        {
            await LeaveAsync();
        }
    }

    /// <summary>Loses the connection, and reconnects after a moment, perhaps to another server.</summary>
    private async Task ReconnectAsync()
    {
        await ConnectedAsync();
        await LeaveAsync();
        await Task.Delay(_random.Next(1500));
        await ConnectedAsync();
    }

    /// <remarks><paramref name="act"/> reads the window only before its first await, under the view's lock.</remarks>
    private async Task InOneOfAsync(Func<ViewWindow, bool> which, Func<ViewWindow, Task> act)
    {
        var client = await ConnectedAsync();
        var acting = client.Read(view =>
        {
            var windows = view.Windows.Values.Where(which).ToArray();
            return windows.Length == 0 ? Task.CompletedTask : act(Pick(windows));
        });
        await acting;
    }

    private Task WithMemberAsync(Func<int, string, Task> act) => InOneOfAsync(
        window => window.Type == "group" && window.Members.Count > 0, window => act(window.WindowId, Pick([.. window.Members.Keys])));

    /// <summary>Asks once.</summary>
    /// <returns>The answer; null when there was none, so that the outcome is unknown.</returns>
    private async Task<JObject?> AskAsync(string type, object fields)
    {
        var request = JObject.FromObject(fields);
        request["type"] = type;
        var client = await ConnectedAsync();
        return await StartAsync(client, request) is { } answer ? await AnswerAsync(client, answer) : null;
    }

    /// <summary>
    /// Repeats a request that the server itself carries out while its outcome is unknown, as the protocol says: it may have been written
    /// without anybody being notified.
    /// </summary>
    private async Task AskUntilKnownAsync(string type, object fields)
    {
        while ((await AskAsync(type, fields))?.Value<string>("status") is null or "UNAVAILABLE")
            await Task.Delay(_random.Next(50, 400));
    }

    private async Task<Task<JObject>?> StartAsync(MasClient client, JObject request)
    {
        try
        {
            var (_, answer) = client.Expect(request);
            await client.SendRawAsync(request.ToString(Newtonsoft.Json.Formatting.None)).AsTask().WaitAsync(Patience);
            return answer;
        }
        catch (Exception e) when (IsFault(e) || e is ProtocolViolationException)
        {
            await LeaveAsync(client);
            return null;
        }
    }

    private async Task<JObject?> AnswerAsync(MasClient client, Task<JObject> answer)
    {
        try
        {
            var ack = await answer.WaitAsync(Patience);
            Requests++;
            return ack;
        }
        catch (Exception e) when (IsFault(e) || e is ProtocolViolationException)
        {
            await LeaveAsync(client);
            return null;
        }
    }

    private Task LeaveAsync(MasClient client) => client == _client ? LeaveAsync() : Task.CompletedTask;

    private (int WindowId, ConversationName ConversationName) NameOf(ViewWindow window) =>
        (window.WindowId, window.PeerId is { } peer ? ConversationName.OneOnOne(login.UserId, peer) : ConversationName.Group(window.Name));

    private T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    private static bool IsFault(Exception e) => e is MasSessionEndedException or TimeoutException or WebSocketException or HttpRequestException
        or OperationCanceledException or ObjectDisposedException or IOException;
}
