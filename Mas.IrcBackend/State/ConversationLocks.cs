namespace Mas.IrcBackend.State;

/// <summary>
/// One lock for each conversation: several users' connections change the same channel, and their entries are handled
/// concurrently. The locks are those of one lease: nobody waits for a lock that is still held under an earlier one.
/// </summary>
internal sealed class ConversationLocks
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Waits for the lock. Never called while another one is held.</summary>
    internal async Task<IDisposable> TakeAsync(string name)
    {
        Entry entry;
        lock (_entries)
        {
            if (!_entries.TryGetValue(name, out entry!))
                _entries[name] = entry = new Entry();
            entry.Users++;
        }
        await entry.Turn.WaitAsync();
        return new Held(this, name, entry);
    }

    private void Release(string name, Entry entry)
    {
        lock (_entries)
        {
            entry.Turn.Release();
            if (--entry.Users == 0)
                _entries.Remove(name);
        }
    }

    private sealed class Entry
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public int Users { get; set; }
    }

    private sealed class Held(ConversationLocks owner, string name, Entry entry) : IDisposable
    {
        public void Dispose() => owner.Release(name, entry);
    }
}
