using System.Buffers;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.Core.Telemetry;
using StackExchange.Redis;

namespace Mas.Server.Sockets;

/// <summary>
/// Moves a session's outbox to its socket: pops in batches, which it does not parse, and writes each as one frame.
/// One run at a time; a wake-up during a run makes it pop again.
/// </summary>
internal sealed partial class OutboxPump(
    SocketSession session, WebSocketChannel channel, RedisConnection redis, DeliveryCheck delivery, int outboxCap, ILogger logger)
{
    /// <summary>The snapshot goes first. Wake-ups only check that the client reads it, since the first run finds everything.</summary>
    private const int Starting = -1;
    private const int Idle = 0;
    private const int Running = 1;
    private const int RunningAgain = 2;
    private const int Stopped = 3;

    /// <summary>A write that takes this long means that the client does not read, ms.</summary>
    private const int StalledAfter = 1000;

    private readonly RedisKey _outbox = RedisKeys.Outbox(session.Ref);

    private int _state = Starting;
    private SnapshotFilter? _filter;
    private long _lengthAskedAt;
    private string? _traceparent;

    /// <summary>Begins with what came since the session was registered, but for the messages that the snapshot held.</summary>
    /// <param name="held">For each window the highest gid or rev in the snapshot.</param>
    internal void Start(IReadOnlyDictionary<int, long> held)
    {
        _filter = new SnapshotFilter(held);
        if (Interlocked.CompareExchange(ref _state, Running, Starting) == Starting)
            _ = RunAsync();
    }

    /// <summary>The next signal announces something traced: its frame belongs to that trace.</summary>
    internal void Trace(string traceparent) => Volatile.Write(ref _traceparent, traceparent);

    /// <summary>Called when the outbox may hold entries.</summary>
    /// <param name="first">Sends the first pop together with those of other sessions.</param>
    internal void Signal(OutboxPops? first = null)
    {
        for (; ; )
        {
            var state = Volatile.Read(ref _state);
            switch (state)
            {
                case Stopped:
                    return;
                case Starting:
                    EndIfStalled();
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

    /// <summary>Ends the pump after the current batch.</summary>
    internal void Stop() => Volatile.Write(ref _state, Stopped);

    private bool IsStopped => Volatile.Read(ref _state) == Stopped;

    private async Task RunAsync(OutboxPops? first = null)
    {
        var hasPopped = false;
        try
        {
            for (; ; first = null)
            {
                var traceparent = _traceparent is null ? null : Interlocked.Exchange(ref _traceparent, null);
                var began = traceparent is null ? default : DateTimeOffset.UtcNow;
                var entries = await PopAsync(first);
                hasPopped = entries.Count > 0;
                if (entries.Count > 0 && !delivery.IsCertain(session) && !await delivery.FindOutAsync(session, () => IsStopped))
                    return;
                if (entries.Count > 0 && !await WriteAsync(entries))
                    return;
                if (entries.Count > 0 && traceparent is not null)
                    MasTracing.Continue("send frame", traceparent, began)?.SetTag("mas.user.id", session.Ref.UserId.Value).Dispose();
                hasPopped = false;
                if (_filter is { IsOver: true })
                    _filter = null;
                if (Interlocked.CompareExchange(ref _state, Idle, Running) == Running)
                    return;
                if (Interlocked.CompareExchange(ref _state, Running, RunningAgain) != RunningAgain)
                    return;
            }
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            // Entries that were popped and not sent are gone: the client reconnects with what it holds.
            if (hasPopped || RedisErrors.MayHaveRun(e))
                session.Abort();
            // Otherwise the entries are still in the outbox; the next sweep finds them.
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
            if (_filter is null || !_filter.Holds(entry))
                entries.Add(entry);
        }
        // There may be more, even if the snapshot held all of these.
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
            if (await redis.Database.ListLengthAsync(_outbox) > outboxCap)
                _ = session.TerminateAsync(Termination.SlowConsumer);
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            // The next wake-up asks again.
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The outbox of session {Session} could not be delivered; its socket is closed, and the client reconnects")]
    private static partial void LogFailed(ILogger logger, Exception exception, SessionRef session);
}
