using System.Text;

namespace Mas.Load;

/// <summary>A load process's IRC server, with a sender for each user.</summary>
internal sealed class IrcSenders(int port) : IAsyncDisposable
{
    private const int JoinsAtOnce = 50;
    private static readonly TimeSpan JoinDeadline = TimeSpan.FromMinutes(2);

    private readonly IrcServer _server = IrcServer.Listen(port);
    private IrcSender[] _senders = [];

    /// <summary>Brings all clients into their channels, and waits until each has received a line there.</summary>
    /// <exception cref="TimeoutException">One of them did not get there.</exception>
    public async Task<IReadOnlyList<ISender>> JoinAsync(IReadOnlyList<LoadClient> clients, IrcClientProtocol protocol, LoadCounters counters)
    {
        _senders = new IrcSender[clients.Count];
        await Parallel.ForEachAsync(Enumerable.Range(0, clients.Count), new ParallelOptions { MaxDegreeOfParallelism = JoinsAtOnce }, async (i, _) =>
        {
            var channel = IrcClientProtocol.ChannelOf(clients[i].Plan);
            await clients[i].SendAsync(Encoding.UTF8.GetBytes(protocol.Join(clients[i].Plan, port)));
            _senders[i] = new IrcSender(clients[i], await _server.JoinedAsync(channel, JoinDeadline), channel, counters);
            await _senders[i].IsHeardAsync(JoinDeadline);
        });
        return _senders;
    }

    /// <summary>Call it after the clients are disposed: they report to the senders what they have received.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        foreach (var speaker in _senders)
            speaker.Dispose();
    }
}
