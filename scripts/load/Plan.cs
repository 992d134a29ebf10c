namespace Mas.Load;

/// <summary>What one load process does; it gets this as one line of JSON.</summary>
/// <param name="Dialect"><c>mas</c>, <c>socketio</c>, <c>floor</c>, <c>mas-irc</c> or <c>thelounge</c>.</param>
/// <param name="Clients">Its connections.</param>
/// <param name="MessageBytes">The length of a message's text.</param>
/// <param name="Rate">Messages a second that this process sends on schedule; 0 for as many as are acknowledged.</param>
/// <param name="Window">At full speed: how many messages of a sender may be unacknowledged.</param>
/// <param name="WarmUpSeconds">What comes before the measured time.</param>
/// <param name="Seconds">The measured time.</param>
/// <param name="IrcPort">Where the process has its IRC server, which then makes the load; 0 for none.</param>
internal sealed record Plan(
    string Dialect, IReadOnlyList<PlannedClient> Clients, int MessageBytes, double Rate, int Window, double WarmUpSeconds, double Seconds, int IrcPort = 0);

/// <summary>One connection.</summary>
/// <param name="Url">The WebSocket's address.</param>
/// <param name="Hello">What it sends first; empty for nothing.</param>
/// <param name="Group">Its group, where the dialect names it; for IRC the user, after whom the channel is named.</param>
/// <param name="IsSender">Whether it sends, or for IRC, is spoken to.</param>
/// <param name="WindowId">MAS: where it sends.</param>
internal sealed record PlannedClient(string Url, string Hello, string Group, bool IsSender, int WindowId);

/// <summary>What one load process measured.</summary>
/// <param name="ConnectSeconds">From the first connection's begin to the last one's end of its start.</param>
/// <param name="Sent">Messages sent in the measured time.</param>
/// <param name="Delivered">Messages received in the measured time.</param>
/// <param name="Seconds">The measured time as it was.</param>
/// <param name="Late">Messages sent more than 10 ms behind their schedule: the load process could not keep up.</param>
/// <param name="CpuSeconds">The processor time that the load process itself used meanwhile.</param>
/// <param name="Latencies">A sparse histogram, µs from the scheduled sending to the receipt.</param>
internal sealed record Measured(
    double ConnectSeconds, long Sent, long Delivered, double Seconds, long Late, double CpuSeconds, IReadOnlyList<long> Latencies);
