using System.Buffers;
using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Server.Sockets;

/// <summary>
/// Moves a session's outbox to its socket: pops in batches, never parses what it popped, and writes what it has as one
/// frame. At most one run at a time; a wake-up during a run makes it look again.
/// </summary>
internal sealed partial class OutboxPump(
    SocketSession session, WebSocketChannel channel, RedisConnection redis, FailoverWatch failovers, Sessions sessions, SessionOptions options, ILogger logger)
{
    private const int Idle = 0;
    private const int Running = 1;
    private const int RunningAgain = 2;
    private const int Stopped = 3;

    /// <summary>A write that takes this long means that the client does not read, ms.</summary>
    private const int StalledAfter = 1000;

    /// <summary>
    /// How long what the snapshot held is looked for, ms: a worker writes a history first and pushes to the outboxes behind
    /// its batch, so that what the snapshot read may arrive here a little later.
    /// </summary>
    private const int RepeatsLast = 5000;

    private readonly RedisKey _outbox = RedisKeys.Outbox(session.Ref);

    // Until Start, wake-ups are only noted: the snapshot goes first.
    private int _state = Running;
    private IReadOnlyDictionary<int, long>? _held;
    private long _startedAt;
    private long _lengthAskedAt;

    /// <summary>Begins with what came since the session was registered, but for the messages that the snapshot held.</summary>
    /// <param name="held">For each window the highest gid or rev in the snapshot.</param>
    internal void Start(IReadOnlyDictionary<int, long> held)
    {
        _held = held;
        _startedAt = Environment.TickCount64;
        Volatile.Write(ref _state, Running);
        _ = RunAsync();
    }

    /// <summary>Says that there is something in the outbox.</summary>
    /// <param name="first">What the first pop goes through, when it is to go out with others.</param>
    internal void Signal(OutboxPops? first = null)
    {
        for (; ; )
        {
            var state = Volatile.Read(ref _state);
            switch (state)
            {
                case Stopped:
                    return;
                case Idle when Interlocked.CompareExchange(ref _state, Running, Idle) == Idle:
                    _ = RunAsync(first);
                    return;
                case Running when Interlocked.CompareExchange(ref _state, RunningAgain, Running) == Running:
                case RunningAgain:
                    EndIfStalled();
                    return;
            }
        }
    }

    /// <summary>Ends the pump; a run that is under way finishes its batch.</summary>
    internal void Stop() => Volatile.Write(ref _state, Stopped);

    private bool IsStopped => Volatile.Read(ref _state) == Stopped;

    private async Task RunAsync(OutboxPops? first = null)
    {
        var isInHand = false;
        try
        {
            for (; ; first = null)
            {
                var entries = await PopAsync(first);
                isInHand = entries.Count > 0;
                if (entries.Count > 0 && session.MayHaveBeenEnded && !await sessions.IsListedAsync(session.Ref))
                {
                    // Another server has ended the session and removed the outbox, and these came behind what was in there.
                    session.Abort();
                    return;
                }
                if (entries.Count > 0 && !failovers.IsCertain)
                {
                    await failovers.BecomesCertainAsync(() => IsStopped);
                    if (IsStopped)
                        return;
                }
                if (entries.Count > 0 && !await WriteAsync(entries))
                    return;
                isInHand = false;
                if (_held is not null && Environment.TickCount64 - _startedAt > RepeatsLast)
                    _held = null;
                if (Interlocked.CompareExchange(ref _state, Idle, Running) == Running)
                    return;
                if (Interlocked.CompareExchange(ref _state, Running, RunningAgain) != RunningAgain)
                    return;
            }
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            // Entries that were popped, and never arrived here or were not sent on, are gone: the client comes back with what it holds.
            if (isInHand || RedisErrors.MayHaveRun(e))
                session.Abort();
            // Else what waits stays in the outbox; the sweep after Redis's return finds it.
            Interlocked.CompareExchange(ref _state, Idle, Running);
            Interlocked.CompareExchange(ref _state, Idle, RunningAgain);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(logger, e, session.Ref);
            session.Abort();
        }
        catch (OperationCanceledException)
        {
            Stop();
        }
    }

    private async Task<List<byte[]>> PopAsync(OutboxPops? first)
    {
        var result = await (first?.PopAsync(_outbox) ?? OutboxPops.PopAloneAsync(redis, _outbox));
        if (result.IsNull)
            return [];
        var values = (RedisValue[])result!;
        var entries = new List<byte[]>(values.Length);
        foreach (var value in values)
        {
            byte[] entry = value!;
            if (_held is null || !IsHeld(entry))
                entries.Add(entry);
        }
        // There may be more, also when all of these were held already.
        if (values.Length == (first?.MaxOfEach ?? OutboxPops.Most))
            Signal();
        return entries;
    }

    private async Task<bool> WriteAsync(List<byte[]> entries)
    {
        var terminate = entries.FindIndex(entry => entry.AsSpan().StartsWith(Notifications.TerminateHead));
        var last = terminate < 0 ? entries.Count : terminate + 1;
        for (var from = 0; from < last;)
        {
            var count = Math.Min(Frames.Fit(entries, from), last - from);
            var (buffer, length) = Frames.Rent(entries, from, count);
            try
            {
                if (!await channel.SendAsync(buffer.AsMemory(0, length), session.Stopping, isLast: terminate >= 0 && from + count == last))
                    return false;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
            SocketMetrics.Frames.Add(1);
            SocketMetrics.PopSizes.Record(count);
            from += count;
        }
        SocketMetrics.Delivered.Add(last);
        if (terminate < 0)
            return true;
        Stop();
        session.EndAfterTerminate();
        return false;
    }

    /// <summary>Whether the snapshot held this message, or a newer form of it.</summary>
    private bool IsHeld(byte[] entry)
    {
        if (!AddMessageReader.TryRead(entry, out var windowId, out var order))
            return false;
        return _held!.TryGetValue(windowId, out var highest) && order <= highest;
    }

    private void EndIfStalled()
    {
        var now = Environment.TickCount64;
        var since = channel.WritingSince;
        if (since == 0 || now - since < StalledAfter || now - Interlocked.Read(ref _lengthAskedAt) < StalledAfter)
            return;
        Interlocked.Exchange(ref _lengthAskedAt, now);
        _ = EndIfOverCapAsync();
    }

    private async Task EndIfOverCapAsync()
    {
        try
        {
            if (await redis.Database.ListLengthAsync(_outbox) > options.OutboxCap)
                _ = session.TerminateAsync(TerminateCode.SlowConsumer, "You read slower than others write. Please connect again.");
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            // The next wake-up asks again.
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The outbox of {Session} could not be written; its socket is closed")]
    private static partial void LogFailed(ILogger logger, Exception exception, SessionRef session);
}
