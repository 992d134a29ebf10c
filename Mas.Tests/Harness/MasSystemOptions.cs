namespace Mas.Tests.Harness;

/// <summary>How many processes a <see cref="MasSystem"/> has, and how they are set.</summary>
public sealed record MasSystemOptions
{
    /// <summary>Mas.Server processes.</summary>
    public int Servers { get; init; } = 1;

    /// <summary>Mas.Loopback processes; all but one stand by.</summary>
    public int Loopbacks { get; init; } = 1;

    /// <summary>Mas.IrcBackend processes.</summary>
    public int IrcBackends { get; init; }

    /// <summary><c>Session:IdleTimeoutSeconds</c>: how long a session of a crashed server is kept.</summary>
    public int IdleTimeoutSeconds { get; init; } = 60;

    /// <summary>True: Redis keeps an append-only file, so that it may be killed and started again.</summary>
    public bool AppendOnly { get; init; }

    /// <summary>Starts the system's Redis, told whether it has to keep an append-only file; null for what the test run is about.</summary>
    public Func<bool, Task<TestRedis>>? StartRedis { get; init; }

    /// <summary>What a process gets as <c>Redis:Endpoint</c>, such as a proxy of its own; asked once for each process. Null: Redis itself.</summary>
    public Func<TestRedis, string>? RedisEndpoint { get; init; }

    /// <summary>What the managed heap of each Mas.Server may hold, bytes; it dies when that is not enough. Null: as much as there is.</summary>
    public long? HeapLimitBytes { get; init; }

    /// <summary>Another checkout of MAS whose programs run; null for this one.</summary>
    public string? Checkout { get; init; }

    /// <summary>Settings of all processes beside the fast ones that every test has; these win.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}
