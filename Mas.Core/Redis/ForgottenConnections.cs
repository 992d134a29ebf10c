using System.Reflection;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>
/// Finds connections that the client library has forgotten, and lets it make them again. StackExchange.Redis 1.2.6
/// (<c>PhysicalBridge.OnDisconnected</c>) first says that it is disconnected, and then forgets its connection. Whoever falls between
/// both, such as a heartbeat on a busy machine, has begun the next connection by then, and that one is forgotten. The bridge takes
/// itself for connected ever after: it sends nothing, fails every command, and never looks for a connection again
/// (StackExchange.Redis issues 194 and 730).
/// </summary>
/// <remarks>
/// Nothing public tells this state or ends it, so the library's own fields are read, and one is written: as disconnected, the library's
/// next heartbeat connects. Another version of it has to be looked at again; one without these fields is refused.
/// </remarks>
internal sealed partial class ForgottenConnections(ConnectionMultiplexer multiplexer, ILogger logger)
{
    /// <summary><c>PhysicalBridge.State</c>: there is a connection, with its handshake under way or done.</summary>
    private const int Establishing = 1, Established = 2;

    /// <summary><c>PhysicalBridge.State</c>: the next heartbeat connects.</summary>
    private const int Disconnected = 3;

    private static readonly FieldInfo Servers = FieldOf(typeof(ConnectionMultiplexer), "serverSnapshot");
    private static readonly FieldInfo[] Bridges = [FieldOf(TypeOf("ServerEndPoint"), "interactive"), FieldOf(TypeOf("ServerEndPoint"), "subscription")];
    private static readonly FieldInfo Connection = FieldOf(TypeOf("PhysicalBridge"), "physical");
    private static readonly FieldInfo Connects = FieldOf(TypeOf("PhysicalBridge"), "socketCount");
    private static readonly FieldInfo State = FieldOf(TypeOf("PhysicalBridge"), "state");

    /// <summary>By bridge: how many connections it had begun when it looked as if it had forgotten one.</summary>
    private Dictionary<object, long> _suspects = [];

    /// <summary>
    /// A look reads one field after the other, while they change. So it takes two, with no connection begun between them: a bridge says
    /// that it is disconnected before it has none, and calls itself connected only by a new one.
    /// </summary>
    internal Task LookAsync()
    {
        var suspects = new Dictionary<object, long>();
        foreach (var server in (Array)Servers.GetValue(multiplexer)!)
        {
            foreach (var bridge in Bridges.Select(field => field.GetValue(server)).OfType<object>())
            {
                if (Connection.GetValue(bridge) is not null || State.GetValue(bridge) is not (Establishing or Established))
                    continue;
                var connects = (long)Connects.GetValue(bridge)!;
                if (!_suspects.TryGetValue(bridge, out var before) || before != connects)
                {
                    suspects[bridge] = connects;
                    continue;
                }
                State.SetValue(bridge, Disconnected);
                RedisMetrics.Forgotten.Add(1);
                LogForgotten(logger, $"{bridge}");
            }
        }
        _suspects = suspects;
        return Task.CompletedTask;
    }

    private static Type TypeOf(string name) => typeof(ConnectionMultiplexer).Assembly.GetType($"StackExchange.Redis.{name}", throwOnError: true)!;

    private static FieldInfo FieldOf(Type type, string name) =>
        type.GetField(name, BindingFlags.Instance | BindingFlags.NonPublic) ?? throw new MissingFieldException(type.FullName, name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The connection to Redis ({Bridge}) was forgotten by the client library; it is made again")]
    private static partial void LogForgotten(ILogger logger, string bridge);
}
