namespace Mas.Load;

/// <summary>What one load process does; one line of JSON on its standard input.</summary>
/// <param name="Protocol">A name of <see cref="ClientProtocol"/>.</param>
/// <param name="Clients">Its connections.</param>
/// <param name="MessageBytes">The length of a message's text.</param>
/// <param name="Rate">Messages a second that this process sends on schedule; 0 for a closed loop.</param>
/// <param name="Window">In a closed loop: how many messages of a sender may be unacknowledged.</param>
/// <param name="WarmUpSeconds">The time before the measured time.</param>
/// <param name="Seconds">The measured time.</param>
/// <param name="IrcPort">The port of the IRC server that this process runs and that makes the load; 0 for none.</param>
internal sealed record LoadPlan(
    string Protocol, IReadOnlyList<PlannedClient> Clients, int MessageBytes, double Rate, int Window, double WarmUpSeconds, double Seconds, int IrcPort = 0);

/// <summary>One connection.</summary>
/// <param name="Url">The WebSocket's address.</param>
/// <param name="Hello">What it sends first; empty for nothing.</param>
/// <param name="Group">Its group, where the protocol names it; for IRC the user, after whom the channel is named.</param>
/// <param name="IsSender">Whether it sends; for IRC, whether its channel is sent to.</param>
/// <param name="WindowId">MAS: where it sends.</param>
internal sealed record PlannedClient(string Url, string Hello, string Group, bool IsSender, int WindowId);

/// <summary>What one load process measured.</summary>
/// <param name="ConnectSeconds">From the first connection until the last one's start was complete.</param>
/// <param name="Sent">Messages sent in the measured time.</param>
/// <param name="Delivered">Messages received in the measured time.</param>
/// <param name="Seconds">How long the measured time really was.</param>
/// <param name="Late">Messages sent more than 10 ms behind schedule, because the load process could not keep up.</param>
/// <param name="CpuSeconds">The processor time of the load process itself.</param>
/// <param name="Latencies">A sparse histogram, µs from the scheduled sending to the receipt.</param>
internal sealed record LoadResult(
    double ConnectSeconds, long Sent, long Delivered, double Seconds, long Late, double CpuSeconds, IReadOnlyList<long> Latencies);
