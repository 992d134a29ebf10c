namespace Mas.IrcBackend.State;

/// <summary>
/// Keeps the writers of one thing apart: lines of several users' connections change the same channel, and each user's
/// lines are handled side by side with the others'. The locks are those of one lease: nobody waits for what is still held under an
/// earlier one.
/// </summary>
internal sealed class ConversationLocks
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Waits until nobody else holds the lock of this name. Never taken while another one is held.</summary>
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
