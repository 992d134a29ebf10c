using System.Net.WebSockets;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.Client;

/// <summary>
/// A client of docs/reference/protocol.md: one session, its requests, and the view that the notifications build.
/// </summary>
/// <remarks>
/// <code>
/// using var http = new MasHttp(server);
/// var login = await http.RegisterAndLoginAsync("alice");
/// await using var alice = await MasClient.ConnectAsync(server, login);
/// var group = await alice.OkAsync("CREATE", new { name = "tea" });
/// await alice.WaitAsync(view => view.Group("tea") is not null, "the new window");
/// await alice.SayAsync(alice.Window("tea"), "hello");
/// </code>
/// Whatever the protocol rules out (an unknown userId, a message for an unknown window, a frame that is no array, a
/// wrong order at the start) is kept in <see cref="Violation"/> and fails every call from then on.
/// </remarks>
public sealed class MasClient : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<(Func<ChatView, bool> Predicate, TaskCompletionSource Reached)> _waiters = [];
    private readonly TaskCompletionSource<MasTermination> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private volatile Task _mayRead = Task.CompletedTask;
    private readonly Queue<string> _recent = new();
    private readonly MasSocket _socket;
    private readonly ChatView _view;
    private readonly TimeSpan _deadline;
    private readonly RequestTable _requests;
    private Task _receiving = Task.CompletedTask;

    private MasClient(Uri server, MasLogin login, MasSocket socket, MasClientOptions options)
    {
        Server = server;
        Login = login;
        _socket = socket;
        _deadline = options.Deadline;
        _requests = new RequestTable(options.WorkersFail);
        _view = new ChatView(login.UserId, options.Resume, options.WorkersFail);
    }

    /// <summary>The server that holds the session.</summary>
    public Uri Server { get; }

    /// <summary>Whose session it is.</summary>
    public MasLogin Login { get; }

    /// <summary>The user's id.</summary>
    public string UserId => Login.UserId;

    /// <summary>The session's id, from INIT_OK.</summary>
    public string SessionId { get; private set; } = "";

    /// <summary>Completed when the session has ended, by either side.</summary>
    public Task<MasTermination> Ended => _ended.Task;

    /// <summary>The first thing that the protocol rules out, with the frame that had it; null as long as all is well.</summary>
    public string? Violation { get; private set; }

    /// <summary>Connects, sends INIT and waits for FINISH_INIT.</summary>
    public static async Task<MasClient> ConnectAsync(Uri server, MasLogin login, MasClientOptions? options = null)
    {
        options ??= new MasClientOptions();
        string? ticket = null;
        if (options.Credential == MasCredential.Ticket)
        {
            using var http = new MasHttp(server);
            ticket = await http.TicketAsync(login);
        }
        using var deadline = new CancellationTokenSource(options.Deadline);
        var socket = await MasSocket.ConnectAsync(server, options.Credential == MasCredential.Cookie ? login.Cookie : null, cancel: deadline.Token);
        var client = new MasClient(server, login, socket, options);
        try
        {
            await client.InitAsync(options, ticket);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Reads from the view, safe from the thread that changes it.</summary>
    public T Read<T>(Func<ChatView, T> read)
    {
        lock (_gate)
            return read(_view);
    }

    /// <summary>The windowId of the group with this name.</summary>
    public int Window(string groupName) => Read(view => view.Group(groupName)?.WindowId)
        ?? throw new InvalidOperationException($"{Login.Nick} has no window of group {groupName}");

    /// <summary>The view as canonical text: two sessions of one user that see the same have equal dumps.</summary>
    public string Dump() => Read(ViewDump.Of);

    /// <summary>The view for a following session of this user (<see cref="MasClientOptions.Resume"/>); this client must have ended.</summary>
    public ChatView LastView => _ended.Task.IsCompleted ? _view : throw new InvalidOperationException("The session still changes its view");

    /// <summary>Waits until the view is as <paramref name="predicate"/> wants it; looked at after each frame.</summary>
    /// <exception cref="TimeoutException">It did not become so in time; the message holds the last frames.</exception>
    public Task WaitAsync(Func<ChatView, bool> predicate, string what, TimeSpan? deadline = null) => WaitAsync(predicate, () => what, deadline);

    /// <inheritdoc cref="WaitAsync(Func{ChatView, bool}, string, TimeSpan?)"/>
    public async Task WaitAsync(Func<ChatView, bool> predicate, Func<string> what, TimeSpan? deadline = null)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            ThrowIfBroken();
            if (predicate(_view))
                return;
            _waiters.Add((predicate, reached));
        }
        try
        {
            await reached.Task.WaitAsync(deadline ?? _deadline);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{Login.Nick} (user {UserId}) did not see in time: {what()}\n{RecentFrames()}");
        }
        finally
        {
            lock (_gate)
                _waiters.RemoveAll(waiter => waiter.Reached == reached);
        }
    }

    /// <summary>Sends a request and waits for its acknowledgement, whatever its status.</summary>
    /// <param name="type">The request's type.</param>
    /// <param name="fields">An object with its fields.</param>
    public async Task<JObject> RequestAsync(string type, object? fields = null)
    {
        var request = fields is null ? new JObject() : JObject.FromObject(fields);
        request["type"] = type;
        var (reqId, answer) = Expect(request);
        await SendRawAsync(request.ToString(Formatting.None));
        try
        {
            return await answer.WaitAsync(_deadline);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{Login.Nick}: no ACK of {type} (reqId {reqId}) in time\n{RecentFrames()}");
        }
    }

    /// <summary>Sends a request that must succeed.</summary>
    /// <exception cref="InvalidOperationException">Its status was not OK.</exception>
    public async Task<JObject> OkAsync(string type, object? fields = null)
    {
        var ack = await RequestAsync(type, fields);
        return ack.Value<string>("status") == "OK"
            ? ack
            : throw new InvalidOperationException($"{Login.Nick}: {type} {JsonConvert.SerializeObject(fields)} answered {ack.ToString(Formatting.None)}");
    }

    /// <summary>SENDs a text that must be accepted.</summary>
    /// <returns>The message's gid.</returns>
    public async Task<long> SayAsync(int windowId, string text, string? rid = null) =>
        (await OkAsync("SEND", rid is null ? new { windowId, text } : (object)new { windowId, text, rid })).Value<long>("gid");

    /// <summary>Sends any text as one frame, well formed or not.</summary>
    public ValueTask SendRawAsync(string text) => _socket.SendAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Sends any bytes as one frame.</summary>
    public ValueTask SendRawAsync(byte[] bytes, WebSocketMessageType type) => _socket.SendAsync(bytes, type);

    /// <summary>Registers a reqId whose ACK is awaited, for requests that are sent by <see cref="SendRawAsync(string)"/>.</summary>
    /// <param name="request">The request; gets a <c>reqId</c> when it has none.</param>
    public (string ReqId, Task<JObject> Answer) Expect(JObject request)
    {
        lock (_gate)
        {
            ThrowIfBroken();
            return _requests.Add(request);
        }
    }

    /// <summary>Stops reading from the socket, but for a frame that is awaited already, until the returned object is disposed: a slow client.</summary>
    public IDisposable PauseReading()
    {
        var pause = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _mayRead = pause.Task;
        return new Pause(pause);
    }

    /// <summary>Drops the connection without a word, as a lost network does, and waits until the view is at rest.</summary>
    public async Task BreakAsync()
    {
        _socket.Break();
        await _ended.Task;
    }

    /// <summary>Closes the socket in order, and waits until the server has.</summary>
    public async Task CloseAsync()
    {
        await _socket.CloseAsync();
        await _ended.Task.WaitAsync(_deadline);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _socket.Break();
        await _receiving;
        await _socket.DisposeAsync();
    }

    private async Task InitAsync(MasClientOptions options, string? ticket)
    {
        var init = new JObject { ["type"] = "INIT", ["version"] = "1.0", ["clientName"] = "MasClient", ["clientOS"] = "test" };
        if (options.Credential == MasCredential.Secret)
        {
            init["userId"] = Login.UserId;
            init["secret"] = Login.Secret;
        }
        if (ticket is not null)
            init["ticket"] = ticket;
        if (options.MaxBacklog is { } backlog)
            init["maxBacklogMsgs"] = backlog;
        if (options.Resume is { } earlier)
        {
            if (options.ResumeByOneGid)
                init["cachedUpto"] = earlier.Windows.Values.Select(window => window.Newest).DefaultIfEmpty().Max();
            else
                init["cached"] = earlier.Cached();
        }
        var (_, answer) = Expect(init);
        _receiving = ReceiveAsync();
        await _socket.SendAsync(Encoding.UTF8.GetBytes(init.ToString(Formatting.None)));
        var initOk = await answer.WaitAsync(_deadline);
        SessionId = initOk.Value<string>("sessionId")!;
        await WaitAsync(view => view.IsComplete, "FINISH_INIT");
    }

    private async Task ReceiveAsync()
    {
        string? broke = null;
        try
        {
            while (await ReadFrameAsync() is { } frame)
                Apply(Encoding.UTF8.GetString(frame.Span));
        }
        catch (OperationCanceledException)
        {
            broke = "this client was disposed";
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException)
        {
            broke = e.Message;
        }
        catch (ProtocolViolationException e)
        {
            Fail(e.Message);
        }
        End(broke);
    }

    private async ValueTask<ReadOnlyMemory<byte>?> ReadFrameAsync()
    {
        await _mayRead.WaitAsync(_stop.Token);
        return await _socket.ReceiveAsync(_stop.Token);
    }

    private void Apply(string frame)
    {
        lock (_gate)
        {
            _recent.Enqueue(frame);
            if (_recent.Count > 20)
                _recent.Dequeue();
            try
            {
                foreach (var entry in WireArray.Parse(frame))
                    ApplyEntry(entry);
            }
            catch (ProtocolViolationException e)
            {
                throw new ProtocolViolationException($"{Login.Nick} (user {UserId}, session {SessionId}): {e.Message}\nin {frame}");
            }
            foreach (var (predicate, reached) in _waiters)
                Look(predicate, reached);
        }
    }

    /// <summary>What can't be looked at, such as a window that has gone, fails whoever waits for it, and not this client.</summary>
    private void Look(Func<ChatView, bool> predicate, TaskCompletionSource reached)
    {
        try
        {
            if (predicate(_view))
                reached.TrySetResult();
        }
        catch (Exception e)
        {
            reached.TrySetException(e);
        }
    }

    private void ApplyEntry(JObject entry)
    {
        if (entry.Value<string>("type") is "ACK" or "INIT_OK")
        {
            var request = _requests.AnsweredBy(entry);
            _view.Acknowledge(request.Request, entry);
            request.Answer.TrySetResult(entry);
            return;
        }
        _view.Apply(entry);
    }

    private void Fail(string violation)
    {
        lock (_gate)
            Violation ??= violation;
        _socket.Break();
    }

    private void End(string? broke)
    {
        lock (_gate)
        {
            var terminate = _view.Terminate;
            var end = new MasTermination(
                terminate?.Value<string>("code"), terminate?.Value<string>("reason") ?? broke, _socket.CloseStatus);
            Exception failure = Violation is not null
                ? new ProtocolViolationException(Violation)
                : new MasSessionEndedException(Login.Nick, end);
            _requests.RefuseAll(failure);
            foreach (var (_, reached) in _waiters)
            {
                reached.TrySetException(failure);
                // A test that has given up waiting does not look at it any more; that is no unobserved error.
                _ = reached.Task.Exception;
            }
            _ended.TrySetResult(end);
        }
    }

    private void ThrowIfBroken()
    {
        if (Violation is not null)
            throw new ProtocolViolationException(Violation);
        if (_ended.Task.IsCompleted)
            throw new MasSessionEndedException(Login.Nick, _ended.Task.Result);
    }

    private string RecentFrames()
    {
        lock (_gate)
            return "last frames:\n" + string.Join('\n', _recent.Select(frame => frame.Length > 600 ? frame[..600] + "…" : frame));
    }

    private sealed class Pause(TaskCompletionSource pause) : IDisposable
    {
        public void Dispose() => pause.TrySetResult();
    }
}
