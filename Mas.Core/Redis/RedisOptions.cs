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

    /// <summary>How long one command may take before a request is answered with UNAVAILABLE.</summary>
    [Range(100, 60_000)]
    public int TimeoutMilliseconds { get; set; } = 5000;
}
