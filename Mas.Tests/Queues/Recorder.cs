using System.Collections.Concurrent;
using System.Text;
using Mas.Core.Queues;

namespace Mas.Tests.Queues;

/// <summary>What was handled under any lease. Entries are "key text"; see <see cref="Recorder"/>.</summary>
internal sealed class Record(InboxProducer producer, DeadLetters letters)
{
    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _wasAway;
    private int _begun;
    private int _poisonAttempts;

    public ConcurrentQueue<(string Text, bool Redelivered)> Handled { get; } = new();

    public ConcurrentQueue<string> Failed { get; } = new();

    public int Begun => Volatile.Read(ref _begun);

    public int PoisonAttempts => _poisonAttempts;

    public long Epoch { get; private set; }

    public int Attempts { get; private set; }

    public Action Beginning { get; init; } = () => { };

    public static string? RouteOf(byte[] json) => null;

    public Recorder NewHandler(PartitionLease lease) => new Recorder(lease, this, producer, letters);

    public void Begin(PartitionLease lease)
    {
        Attempts++;
        Beginning();
        Epoch = lease.Lease.Epoch;
    }

    public void Go() => _go.SetResult();

    /// <summary>
    /// "poison" fails, "away" fails once as when Redis is away, "wait" waits until another key said "go".
    /// </summary>
    public async Task HandleAsync(Work<string> work)
    {
        var text = work.Message;
        Interlocked.Increment(ref _begun);
        if (text.EndsWith("poison", StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _poisonAttempts);
            throw new InvalidOperationException("poisoned");
        }
        if (text.EndsWith("away", StringComparison.Ordinal) && Interlocked.Exchange(ref _wasAway, 1) == 0)
            throw new TimeoutException("Redis is away");
        if (text.EndsWith("wait", StringComparison.Ordinal))
            await _go.Task;
        Handled.Enqueue((text, work.Redelivered));
        if (text.EndsWith("go", StringComparison.Ordinal))
            Go();
    }
}

internal sealed class Recorder(PartitionLease held, Record record, InboxProducer producer, DeadLetters letters)
    : PartitionedHandler<string>(held, producer, letters)
{
    public override Task StartAsync()
    {
        record.Begin(Held);
        return Task.CompletedTask;
    }

    protected override (string? Message, string? Error) Read(byte[] json)
    {
        var text = Encoding.UTF8.GetString(json);
        return text.Contains(' ') ? (text, null) : (null, "no key");
    }

    protected override string OrderingKeyOf(string message) => message.Split(' ')[0];

    protected override bool Joins(string previous, string next) => false;

    protected override bool IsBarrier(string message) => message.Contains("barrier", StringComparison.Ordinal);

    protected override Task HandleAsync(IReadOnlyList<Work<string>> run) => record.HandleAsync(run[0]);

    protected override Task FailAsync(string message)
    {
        record.Failed.Enqueue(message);
        return Task.CompletedTask;
    }
}
