using System.Diagnostics;
using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Redis;
using Mas.Server.Sockets;

namespace Mas.Server.Requests;

/// <summary>Finds the handler of a frame, and turns whatever happens into an answer with a stable code.</summary>
internal sealed partial class RequestDispatcher(
    MessageRequests messages, ConversationRequests conversations, WindowRequests windows, HistoryRequests history, FriendRequests friends,
    ProfileRequests profiles, SettingRequests settings, NetworkRequests networks, AccountRequests accounts,
    RedisConnection redis, ILogger<RequestDispatcher> logger)
{
    private readonly TimeSpan _timeout = redis.Timeout;

    /// <summary>What changes nothing that would have to be confirmed.</summary>
    private static readonly HashSet<string> Reads = new(StringComparer.Ordinal) { "TYPING", "FETCH", "GET_PROFILE", "WHOIS" };

    private readonly Dictionary<string, RequestHandler> _handlers = new(StringComparer.Ordinal)
    {
        ["SEND"] = messages.SendAsync,
        ["COMMAND"] = messages.CommandAsync,
        ["EDIT"] = messages.EditAsync,
        ["TYPING"] = messages.TypingAsync,
        ["CREATE"] = conversations.CreateAsync,
        ["JOIN"] = conversations.JoinAsync,
        ["CHAT"] = conversations.ChatAsync,
        ["CLOSE"] = conversations.CloseAsync,
        ["UPDATE_TOPIC"] = conversations.UpdateTopicAsync,
        ["UPDATE_PASSWORD"] = conversations.UpdatePasswordAsync,
        ["UPDATE_ROLE"] = conversations.UpdateRoleAsync,
        ["KICK"] = conversations.KickAsync,
        ["UPDATE"] = windows.UpdateAsync,
        ["SEEN"] = windows.SeenAsync,
        ["FETCH"] = history.FetchAsync,
        ["REQUEST_FRIEND"] = friends.RequestAsync,
        ["REMOVE_FRIEND"] = friends.RemoveAsync,
        ["FRIEND_VERDICT"] = friends.VerdictAsync,
        ["GET_PROFILE"] = profiles.GetAsync,
        ["UPDATE_PROFILE"] = profiles.UpdateAsync,
        ["SET"] = settings.SetAsync,
        ["ACKALERT"] = settings.AckAlertAsync,
        ["WHOIS"] = networks.WhoisAsync,
        ["CONNECT"] = networks.ConnectAsync,
        ["DISCONNECT"] = networks.DisconnectAsync,
        ["LOGOUT"] = accounts.LogoutAsync,
        ["DESTROY_ACCOUNT"] = accounts.DestroyAsync,
    };

    /// <summary>Handles one frame and sends its answer, unless a backend does.</summary>
    internal async Task DispatchAsync(SocketSession session, ReadOnlyMemory<byte> frame)
    {
        var begun = Stopwatch.GetTimestamp();
        using var document = RequestReader.Parse(frame);
        var read = document is null ? null : new RequestReader(document.RootElement);
        if (read?.Type is not { } type || type == "INIT")
        {
            await session.TerminateAsync(TerminateCode.ProtocolError, "Frames must be JSON objects with a type, and INIT comes once.");
            return;
        }
        var handler = _handlers.GetValueOrDefault(type);
        var ack = read.ReqId is null
            ? new Ack(Status.ParameterMissing, "'reqId' is missing.")
            : session.Budget.Take() is > 0 and var wait
                ? new Ack(Status.RateLimited, "You are too quick. Please wait a moment.", new RetryAfter(wait))
                : handler is null
                    ? new Ack(Status.UnknownRequest, "There is no such request.")
                    : await RunAsync(handler, new RequestContext(session, read, read.ReqId));
        if (ack is not null)
            await session.SendAsync(ack.ToJson(read.ReqId ?? "null"));
        SocketMetrics.Requests.Add(1, new("type", handler is null ? "unknown" : type), new("status", ack?.Status ?? "queued"));
        SocketMetrics.RequestSeconds.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds);
    }

    private async Task<Ack?> RunAsync(RequestHandler handler, RequestContext request)
    {
        try
        {
            var since = redis.WriteGeneration;
            var ack = await handler(request).WaitAsync(_timeout);
            if (ack?.Status == Status.Ok && !Reads.Contains(request.Read.Type!))
                await redis.ConfirmWritesAsync(since);
            return ack;
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            return Ack.Unavailable;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(logger, e, request.Read.Type!, request.Session.Ref);
            return Ack.Failed;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A {Type} of {Session} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, string type, SessionRef session);
}
