using System.ComponentModel.DataAnnotations;

namespace Mas.Core.Redis;

/// <summary>Settings section <c>Redis</c>.</summary>
public sealed class RedisOptions
{
    /// <summary>The address of Redis, <c>host:port</c>. Name several, separated by commas, for a cluster (some nodes are enough) or for a master with replicas (all nodes).</summary>
    [Required]
    public string Endpoint { get; set; } = "127.0.0.1:6379";

    /// <summary>The password of Redis. Empty for none.</summary>
    public string Password { get; set; } = "";

    /// <summary>Whether the connection uses TLS. Turn it on when Redis is on another machine.</summary>
    public bool Tls { get; set; }

    /// <summary>How many replicas of each master must have a write before it is acknowledged. Set 1 when a takeover may lose nothing; it costs a round trip to the replica, and nothing is acknowledged while one is missing.</summary>
    [Range(0, 100)]
    public int WaitReplicas { get; set; }

    /// <summary>How long to wait for the replicas, in milliseconds, before a request is answered with UNAVAILABLE.</summary>
    [Range(1, 60_000)]
    public int WaitMilliseconds { get; set; } = 1000;

    /// <summary>How long one command may take, in milliseconds, before a request is answered with UNAVAILABLE. Raise it for a Redis that stalls on a slow disk.</summary>
    [Range(100, 60_000)]
    public int TimeoutMilliseconds { get; set; } = 5000;

    /// <summary>The same, for connections of which nobody acknowledges anything.</summary>
    internal RedisOptions WithoutWait() => new() { Endpoint = Endpoint, Password = Password, Tls = Tls, TimeoutMilliseconds = TimeoutMilliseconds };
}
