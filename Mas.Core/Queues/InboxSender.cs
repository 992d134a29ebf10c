using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Queues;

/// <summary>
/// Pushes to the partitions of one endpoint. A route has one push in flight, so its order holds. A partition has one push in flight,
/// and the next carries everything that was sent meanwhile; but up to <see cref="MaxInFlight"/> small pushes go side by side. Each push
/// carries the version of the layout by which it was routed. An inbox that is closed to that version refuses it; then all entries wait
/// for the next layout, and are routed again in order.
/// </summary>
internal sealed class InboxSender(RedisConnection redis, string endpoint, TimeProvider time)
{
    /// <summary>The most entries of one push, since a script blocks Redis.</summary>
    private const int MaxBatch = 1000;

    /// <summary>The most small pushes to a partition in flight.</summary>
    private const int MaxInFlight = 4;

    /// <summary>The most entries of a small push.</summary>
    private const int Few = 2;

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>How long entries wait for a new layout.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private List<Entry> _unrouted = [];
    private Route[] _routes = [];
    private InboxLayout? _layout;
    private long _refused = -1;
    private bool _isLooking;

    internal Task SendAsync(params ReadOnlySpan<(string Route, byte[] Json)> entries)
    {
        if (entries.IsEmpty)
            return Task.CompletedTask;
        var sending = new Sending(entries.Length);
        lock (_lock)
        {
            foreach (var (route, json) in entries)
                Add(new Entry(route, json, sending));
            if (_layout is { } layout)
                StartIdle(layout);
            else
                LookUnlessBusy();
        }
        return sending.Task;
    }

    private void Add(Entry entry)
    {
        if (_layout is { } layout)
            _routes[InboxPartition.IndexOf(entry.Route, layout.Parts)].Waiting.Enqueue(entry);
        else
            _unrouted.Add(entry);
    }

    private void StartIdle(InboxLayout layout)
    {
        foreach (var route in _routes)
        {
            if (route.MayStart())
                Start(route, layout);
        }
    }

    private void Start(Route route, InboxLayout layout)
    {
        var batch = new List<Entry>(Math.Min(route.Waiting.Count, MaxBatch));
        // Entries that were sent together are not split, so that those of one route arrive all or none.
        while (route.Waiting.TryPeek(out var next) && (batch.Count < MaxBatch || next.Sending == batch[^1].Sending))
            batch.Add(route.Waiting.Dequeue());
        route.UnderWay.Add(batch);
        _ = PushAsync(route, batch, layout);
    }

    private async Task PushAsync(Route route, List<Entry> batch, InboxLayout layout)
    {
        var refused = false;
        Exception? failure = null;
        try
        {
            var values = new RedisValue[1 + batch.Count];
            values[0] = layout.Version;
            for (var i = 0; i < batch.Count; i++)
                values[i + 1] = batch[i].Json;
            refused = (long)await LuaScripts.InboxPush.RunAsync(redis.Database, route.Keys, values) < 0;
        }
        catch (Exception e)
        {
            failure = e;
        }
        lock (_lock)
        {
            route.UnderWay.Remove(batch);
            if (refused)
            {
                // The order of refused pushes does not matter: pushes in flight have different routes.
                route.Refused.AddRange(batch);
                _refused = Math.Max(_refused, layout.Version);
                _layout = null;
            }
            if (_layout == layout && route.MayStart())
                Start(route, layout);
            LookUnlessBusy();
        }
        if (refused)
            return;
        foreach (var entry in batch)
            entry.Sending.Ended(failure);
    }

    /// <summary>Once no push is in flight, collects all unsent entries in order, and reads the layout.</summary>
    private void LookUnlessBusy()
    {
        if (_layout is not null || _isLooking || Array.Exists(_routes, route => route.UnderWay.Count > 0))
            return;
        var waiting = new List<Entry>();
        foreach (var route in _routes)
        {
            waiting.AddRange(route.Refused);
            waiting.AddRange(route.Waiting);
        }
        _routes = [];
        waiting.AddRange(_unrouted);
        _unrouted = waiting;
        if (_unrouted.Count == 0)
            return;
        _isLooking = true;
        _ = LookAsync(_refused);
    }

    private async Task LookAsync(long refused)
    {
        InboxLayout? found = null;
        Exception? failure = null;
        try
        {
            found = await ReadNewerAsync(refused);
        }
        catch (Exception e)
        {
            failure = e;
        }
        List<Entry> lost = [];
        lock (_lock)
        {
            _isLooking = false;
            (var waiting, _unrouted) = (_unrouted, []);
            if (found is null)
            {
                lost = waiting;
            }
            else
            {
                _layout = found;
                _routes = [.. Enumerable.Range(0, found.Parts).Select(index => new Route(InboxPartition.NameOf(endpoint, index)))];
                foreach (var entry in waiting)
                    Add(entry);
                StartIdle(found);
            }
        }
        foreach (var entry in lost)
            entry.Sending.Ended(failure);
    }

    private async Task<InboxLayout> ReadNewerAsync(long refused)
    {
        var begun = time.GetTimestamp();
        while (true)
        {
            var layout = await InboxLayout.ReadAsync(redis, endpoint);
            if (layout.Version > refused)
                return layout;
            if (time.GetElapsedTime(begun) > Patience)
                throw new InboxClosedException($"The number of inboxes of {endpoint} has been changing for too long.");
            await Task.Delay(LookInterval, time);
        }
    }

    private readonly record struct Entry(string Route, byte[] Json, Sending Sending);

    /// <summary>Entries that were sent together. It completes when none of them is in flight any more.</summary>
    private sealed class Sending(int entries) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        private int _left = entries;
        private Exception? _failure;

        internal void Ended(Exception? failure)
        {
            if (failure is not null)
                Volatile.Write(ref _failure, failure);
            if (Interlocked.Decrement(ref _left) > 0)
                return;
            if (Volatile.Read(ref _failure) is { } failed)
                SetException(failed);
            else
                SetResult();
        }
    }

    /// <summary>The queue of one partition.</summary>
    private sealed class Route(string name)
    {
        internal RedisKey[] Keys { get; } = [RedisKeys.Inbox(name), RedisKeys.InboxVersion(name)];

        internal Queue<Entry> Waiting { get; } = new();

        /// <summary>The pushes in flight, each with its entries.</summary>
        internal List<List<Entry>> UnderWay { get; } = [];

        internal List<Entry> Refused { get; } = [];

        /// <summary>Whether waiting entries may be pushed now.</summary>
        internal bool MayStart() => Waiting.Count > 0
            && (UnderWay.Count == 0
                || (UnderWay.Count < MaxInFlight && Waiting.Count <= Few && UnderWay.TrueForAll(batch => batch.Count <= Few && !batch.Exists(IsAwaited))));

        private bool IsAwaited(Entry entry) => Waiting.Any(waiting => waiting.Route == entry.Route);
    }
}
