using System.ComponentModel.DataAnnotations;

namespace Mas.Core.Redis;

/// <summary>Settings section <c>Redis</c>.</summary>
public sealed class RedisOptions
{
    /// <summary><c>host:port</c>, or several separated by commas (cluster nodes, or the replicas of one master).</summary>
    [Required]
    public string Endpoint { get; set; } = "127.0.0.1:6379";

    /// <summary>Password of Redis, empty for none.</summary>
    public string Password { get; set; } = "";

    /// <summary>Whether the connection uses TLS.</summary>
    public bool Tls { get; set; }

    /// <summary>How many replicas must have what was written before it is acknowledged; 0 for none.</summary>
    [Range(0, 100)]
    public int WaitReplicas { get; set; }

    /// <summary>How long to wait for them before a request is answered with UNAVAILABLE.</summary>
    [Range(1, 60_000)]
    public int WaitMilliseconds { get; set; } = 1000;

    /// <summary>How long one command may take before a request is answered with UNAVAILABLE.</summary>
    [Range(100, 60_000)]
    public int TimeoutMilliseconds { get; set; } = 5000;

    /// <summary>The same, for connections of which nobody acknowledges anything.</summary>
    internal RedisOptions WithoutWait() => new() { Endpoint = Endpoint, Password = Password, Tls = Tls, TimeoutMilliseconds = TimeoutMilliseconds };
}
