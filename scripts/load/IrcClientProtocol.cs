namespace Mas.Load;

/// <summary>
/// How the web client of an IRC gateway joins a channel, which is named after the user (<see cref="PlannedClient.Group"/>). Then it only
/// listens: the load process's <see cref="IrcServer"/> sends.
/// </summary>
internal abstract class IrcClientProtocol : ClientProtocol
{
    /// <summary>Nothing is sent, so nothing is acknowledged.</summary>
    public override byte[] Ack { get; } = [];

    /// <summary>The channel of a client.</summary>
    public static string ChannelOf(PlannedClient client) => $"#{client.Group}";

    /// <summary>The frame by which a client that is ready joins its channel on the IRC server at <paramref name="port"/>.</summary>
    public abstract string Join(PlannedClient client, int port);

    /// <exception cref="NotSupportedException">Always: only the IRC server sends.</exception>
    public override string Message(PlannedClient client, long id, string text) => throw new NotSupportedException("Only the IRC server sends.");
}

/// <summary>MAS: the networks are the operator's, one for each IRC server.</summary>
internal sealed class MasIrcProtocol : IrcClientProtocol
{
    public override byte[] Ready { get; } = "\"FINISH_INIT\""u8.ToArray();

    /// <summary>The name under which the IRC server at a port is configured.</summary>
    public static string NetworkOf(int port) => $"irc{port}";

    public override string Join(PlannedClient client, int port) =>
        $$"""{"type":"JOIN","reqId":1,"network":"{{NetworkOf(port)}}","name":"{{ChannelOf(client)}}"}""";
}

/// <summary>The Lounge: events over socket.io, as its own client sends them when it reconnects with the token of its login.</summary>
internal sealed class TheLoungeProtocol : IrcClientProtocol
{
    public override byte[] Ready { get; } = "42[\"init\""u8.ToArray();

    public override (byte[], byte[])? Ping => ("2"u8.ToArray(), "3"u8.ToArray());

    public override IReadOnlyList<(byte[], Func<PlannedClient, string>)> Handshake { get; } =
    [
        ("0{"u8.ToArray(), _ => "40"),
        ("42[\"auth:start\""u8.ToArray(), client => $$"""42["auth:perform",{"user":"{{client.Group}}","token":"{{TokenOf(client.Group)}}","hasConfig":true}]"""),
    ];

    /// <summary>The token of a user's login; the user's file holds its hash.</summary>
    public static string TokenOf(string user) => $"token-of-{user}";

    public override string Join(PlannedClient client, int port) => $$"""
        42["network:new",{"name":"irc","host":"127.0.0.1","port":{{port}},"tls":false,"nick":"{{client.Group}}","username":"{{client.Group}}","realname":"{{client.Group}}","join":"{{ChannelOf(client)}}"}]
        """;
}
