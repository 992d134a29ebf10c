using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Queues;

/// <summary>
/// Sends to the inboxes of one endpoint. To each inbox one push is under way at a time, with all that came up meanwhile;
/// so order holds, and many who send at once share a round trip. A push says which layout it was routed by. An inbox that
/// is closed to that layout refuses all of it; then everything waits for the next layout, and is routed again in its order.
/// </summary>
internal sealed class InboxSender(RedisConnection redis, string endpoint, TimeProvider time)
{
    /// <summary>The most entries of one push, so that none holds Redis up for long.</summary>
    private const int MaxBatch = 1000;
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>How long entries wait for a change of the layout to end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private List<Entry> _unrouted = [];
    private Route[] _routes = [];
    private InboxLayout? _layout;
    private long _refused = -1;
    private bool _isLooking;

    internal Task SendAsync(string route, byte[] json)
    {
        var entry = new Entry(route, json);
        lock (_lock)
        {
            if (_layout is { } layout)
            {
                Add(entry, layout);
            }
            else
            {
                _unrouted.Add(entry);
                LookUnlessBusy();
            }
        }
        return entry.Sent.Task;
    }

    private void Add(Entry entry, InboxLayout layout)
    {
        var route = _routes[InboxPart.IndexOf(entry.Route, layout.Parts)];
        route.Waiting.Enqueue(entry);
        if (!route.IsBusy)
            Start(route, layout);
    }

    private void Start(Route route, InboxLayout layout)
    {
        var batch = new Entry[Math.Min(route.Waiting.Count, MaxBatch)];
        for (var i = 0; i < batch.Length; i++)
            batch[i] = route.Waiting.Dequeue();
        route.IsBusy = true;
        _ = PushAsync(route, batch, layout);
    }

    private async Task PushAsync(Route route, Entry[] batch, InboxLayout layout)
    {
        var refused = false;
        Exception? failure = null;
        try
        {
            var values = new RedisValue[1 + batch.Length];
            values[0] = layout.Version;
            for (var i = 0; i < batch.Length; i++)
                values[i + 1] = batch[i].Json;
            refused = (long)await redis.Database.RunScriptAsync(LuaScripts.InboxPush, route.Keys, values).WaitAsync(redis.Timeout) < 0;
        }
        catch (Exception e)
        {
            // Whoever sent them gets it.
            failure = e;
        }
        lock (_lock)
        {
            route.IsBusy = false;
            if (refused)
            {
                route.Refused = batch;
                _refused = Math.Max(_refused, layout.Version);
                _layout = null;
            }
            if (_layout == layout && route.Waiting.Count > 0)
                Start(route, layout);
            LookUnlessBusy();
        }
        if (refused)
            return;
        foreach (var entry in batch)
        {
            if (failure is null)
                entry.Sent.SetResult();
            else
                entry.Sent.SetException(failure);
        }
    }

    /// <summary>Once nothing is under way: everything that has not arrived waits in its order, and the layout is read.</summary>
    private void LookUnlessBusy()
    {
        if (_layout is not null || _isLooking || Array.Exists(_routes, route => route.IsBusy))
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
                _routes = [.. Enumerable.Range(0, found.Parts).Select(index => new Route(InboxPart.NameOf(endpoint, index)))];
                foreach (var entry in waiting)
                    Add(entry, found);
            }
        }
        foreach (var entry in lost)
            entry.Sent.SetException(failure!);
    }

    private async Task<InboxLayout> ReadNewerAsync(long refused)
    {
        var begun = time.GetTimestamp();
        while (true)
        {
            var layout = await InboxLayout.ReadAsync(redis, endpoint).WaitAsync(redis.Timeout);
            if (layout.Version > refused)
                return layout;
            if (time.GetElapsedTime(begun) > Patience)
                throw new InboxClosedException($"The number of inboxes of {endpoint} has been changing for too long.");
            await Task.Delay(LookInterval, time);
        }
    }

    private sealed class Entry(string route, byte[] json)
    {
        internal string Route { get; } = route;

        internal byte[] Json { get; } = json;

        internal TaskCompletionSource Sent { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>The way to one inbox.</summary>
    private sealed class Route(string name)
    {
        internal RedisKey[] Keys { get; } = [RedisKeys.Inbox(name), RedisKeys.InboxVersion(name)];

        internal Queue<Entry> Waiting { get; } = new();

        internal Entry[] Refused { get; set; } = [];

        internal bool IsBusy { get; set; }
    }
}
