using System.Text;

namespace Mas.Load;

/// <summary>A load process's IRC server, and who speaks over it to each user.</summary>
internal sealed class IrcSpeakers(int port) : IAsyncDisposable
{
    private const int JoinsAtOnce = 50;
    private static readonly TimeSpan JoinDeadline = TimeSpan.FromMinutes(2);

    private readonly IrcServer _server = IrcServer.Listen(port);
    private IrcSpeaker[] _speakers = [];

    /// <summary>Brings all clients into their channels, and waits until each has received a line there.</summary>
    /// <exception cref="TimeoutException">One of them did not get there.</exception>
    public async Task<IReadOnlyList<ISender>> JoinAsync(IReadOnlyList<LoadClient> clients, IrcDialect dialect, Tally tally)
    {
        _speakers = new IrcSpeaker[clients.Count];
        await Parallel.ForEachAsync(Enumerable.Range(0, clients.Count), new ParallelOptions { MaxDegreeOfParallelism = JoinsAtOnce }, async (i, _) =>
        {
            var channel = IrcDialect.ChannelOf(clients[i].Plan);
            await clients[i].SendAsync(Encoding.UTF8.GetBytes(dialect.Join(clients[i].Plan, port)));
            _speakers[i] = new IrcSpeaker(clients[i], await _server.JoinedAsync(channel, JoinDeadline), channel, tally);
            await _speakers[i].IsHeardAsync(JoinDeadline);
        });
        return _speakers;
    }

    /// <summary>To be called when the clients are disposed, since they tell the speakers what they have received.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        foreach (var speaker in _speakers)
            speaker.Dispose();
    }
}
