using System.Net.WebSockets;
using System.Text;
using Mas.Tests.Client;
using Mas.Tests.Harness;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.Fuzz;

/// <summary>One user who sends spoilt frames, session after session, and looks at everything that comes back.</summary>
internal sealed class FuzzAttacker(MasSystem mas, FuzzVictims victims, int number, int seed)
{
    private const int FramesAtOnce = 100;

    private static readonly HashSet<string> Statuses =
    [
        "OK", "ERROR", "PARAMETER_MISSING", "PARAMETER_INVALID", "UNKNOWN_REQUEST", "NOT_FOUND", "NO_PERMISSION", "ALREADY_JOINED", "INCORRECT_PASSWORD",
        "ERROR_NAME_MISSING", "ERROR_EXISTS", "NOT_CONNECTED", "RATE_LIMITED", "TOO_LARGE", "UNAVAILABLE",
    ];

    private static readonly HashSet<string> Codes =
    [
        "INVALID_SECRET", "UNSUPPORTED_PROTOCOL_VERSION", "PROTOCOL_ERROR", "TOO_MANY_SESSIONS", "SLOW_CONSUMER", "LOGGED_OUT", "ACCOUNT_CLOSED", "SERVER_STOPPING",
    ];

    private static readonly TimeSpan Patience = Eventually.DefaultDeadline;

    private readonly Random _random = new(seed);
    private int _lastReqId;
    private string? _ended;

    /// <summary>Sessions that were opened.</summary>
    public int Sessions { get; private set; }

    /// <summary>Acknowledgements by status, and ends by code.</summary>
    public Dictionary<string, int> Answers { get; } = [];

    /// <summary>Sends so many frames.</summary>
    public async Task RunAsync(int frames)
    {
        var mutator = new FrameMutator(new FrameGrammar(victims, _random), _random);
        var login = await mas.NewUserAsync($"attacker{number}");
        await IsRefusedAsync(login);
        for (var sent = 0; sent < frames;)
        {
            using var socket = new Closing(await MasSocket.ConnectAsync(mas.Address, login.Cookie));
            Sessions++;
            var isInitSpoilt = _random.Next(10) == 0;
            await socket.Of.SendAsync(isInitSpoilt
                ? mutator.NextInit().Bytes
                : Encoding.UTF8.GetBytes("""{"type":"INIT","reqId":"init","version":"1.0","maxBacklogMsgs":5}"""));
            // A group that is somebody else's, so that there is something to be refused in.
            await socket.Of.SendAsync(Encoding.UTF8.GetBytes("""{"type":"JOIN","reqId":"open","network":"MAS","name":"open"}"""));
            for (var open = true; open && sent < frames;)
            {
                var inputs = Enumerable.Range(0, Math.Min(FramesAtOnce, frames - sent)).Select(_ => mutator.Next($"r{++_lastReqId}")).ToArray();
                sent += inputs.Length;
                open = await SendAndReadAsync(socket.Of, inputs);
            }
            // Logged out in the session before, or behind its end.
            if (_ended == "LOGGED_OUT" || (_ended == "INVALID_SECRET" && !isInitSpoilt))
                login = await mas.NewUserAsync($"attacker{number}");
        }
    }

    /// <summary>What is spoilt may end a session before a slow worker's refusal comes; this waits for it.</summary>
    private async Task IsRefusedAsync(MasLogin login)
    {
        using var socket = new Closing(await MasSocket.ConnectAsync(mas.Address, login.Cookie));
        await socket.Of.SendAsync(Encoding.UTF8.GetBytes("""{"type":"INIT","reqId":"init","version":"1.0","maxBacklogMsgs":5}"""));
        await SendAndReadAsync(socket.Of, [Request("join", "\"type\":\"JOIN\",\"network\":\"MAS\",\"name\":\"open\"")]);
        // It is one of the first windows.
        await SendAndReadAsync(socket.Of, [.. Enumerable.Range(1, 3).Select(window => Request($"password{window}", $"\"type\":\"UPDATE_PASSWORD\",\"windowId\":{window},\"password\":\"mine\""))]);
    }

    private static FuzzInput Request(string reqId, string fields) =>
        new(Encoding.UTF8.GetBytes($"{{\"reqId\":\"{reqId}\",{fields}}}"), WebSocketMessageType.Text, 1, reqId);

    /// <summary>Sends frames, and reads until each that must be answered is, or the session has ended with a reason.</summary>
    /// <returns>Whether the session goes on.</returns>
    private async Task<bool> SendAndReadAsync(MasSocket socket, FuzzInput[] inputs)
    {
        var last = $"r{++_lastReqId}";
        var awaited = inputs.Select(input => input.ReqId).OfType<string>().Append(last).ToHashSet(StringComparer.Ordinal);
        var sending = SendAsync(socket, [.. inputs, new FuzzInput(Encoding.UTF8.GetBytes($$"""{"type":"GET_PROFILE","reqId":"{{last}}"}"""), WebSocketMessageType.Text, 1, last)]);
        string? code = null;
        var failing = inputs.Any(input => input.FailsTheConnection);
        using var deadline = new CancellationTokenSource(Patience);
        try
        {
            while (awaited.Count > 0)
            {
                if (await socket.ReceiveAsync(deadline.Token) is not { } frame)
                    break;
                if (victims.FindIn(frame.Span) is { } secret)
                    throw new InvalidOperationException($"The secret {secret} came in {Encoding.UTF8.GetString(frame.Span)} behind\n{Told(inputs)}");
                foreach (var entry in WireArray.Parse(Encoding.UTF8.GetString(frame.Span)))
                    code = Look(entry, awaited) ?? code;
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"No answer to {string.Join(", ", awaited)} of\n{Told(inputs)}\n{mas.Logs}");
        }
        catch (WebSocketException) when (code is not null || failing)
        {
            // Broken behind the TERMINATE, or with the connection failed.
        }
        await sending;
        _ended = code;
        if (awaited.Count > 0 && code is null && !failing)
            throw new InvalidOperationException($"The session ended without a TERMINATE behind\n{Told(inputs)}\n{mas.Logs}");
        return awaited.Count == 0 && code is null;
    }

    private string? Look(JObject entry, HashSet<string> awaited)
    {
        switch (entry.Value<string>("type"))
        {
            case "TERMINATE":
                var code = entry.Value<string>("code")!;
                Assert.Contains(code, Codes);
                Count(code);
                return code;
            case "ACK":
                var status = entry.Value<string>("status")!;
                Assert.Contains(status, Statuses);
                // The words of an exception's answer, which the log has as an error.
                Assert.False(entry.Value<string>("errorMsg")?.Contains("operator has been told", StringComparison.Ordinal) ?? false, $"{entry}\n{mas.Logs}");
                Count(status);
                if (entry["reqId"] is { Type: JTokenType.String } reqId)
                    awaited.Remove((string)reqId!);
                return null;
            default:
                return null;
        }
    }

    private static async Task SendAsync(MasSocket socket, FuzzInput[] inputs)
    {
        try
        {
            foreach (var input in inputs)
            {
                var size = input.Bytes.Length / input.Pieces + 1;
                for (var piece = 0; piece < input.Pieces; piece++)
                {
                    var (from, to) = (Math.Min(piece * size, input.Bytes.Length), Math.Min((piece + 1) * size, input.Bytes.Length));
                    await socket.Raw.SendAsync(input.Bytes.AsMemory(from..to), input.Type, endOfMessage: piece == input.Pieces - 1, CancellationToken.None);
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or OperationCanceledException or IOException)
        {
            // The server has closed; the reader knows why.
        }
    }

    private static string Told(FuzzInput[] inputs) =>
        string.Join('\n', inputs.Select(input => $"{input.Type}/{input.Pieces} {JsonConvert.ToString(Encoding.UTF8.GetString(input.Bytes.AsSpan(0, Math.Min(input.Bytes.Length, 400))))}"));

    private void Count(string answer) => Answers[answer] = Answers.GetValueOrDefault(answer) + 1;

    /// <summary>Breaks the connection in the end: the server finds out by itself.</summary>
    private sealed class Closing(MasSocket socket) : IDisposable
    {
        public MasSocket Of => socket;

        public void Dispose() => socket.Raw.Dispose();
    }
}
