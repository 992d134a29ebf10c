using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Mas.Load;

/// <summary>
/// The IRC server's end of one user's connection. It knows which of its lines the user's web client has received, so that it can keep a
/// fixed number of them in flight.
/// </summary>
internal sealed class IrcSender : ISender, IDisposable
{
    private readonly IrcConnection _connection;
    private readonly LoadCounters _counters;
    private readonly string _prefix;
    private readonly SemaphoreSlim _free = new(0);

    public IrcSender(LoadClient listener, IrcConnection connection, string channel, LoadCounters counters)
    {
        _connection = connection;
        _counters = counters;
        _prefix = $":{IrcConnection.Speaker}!speaks@host.load PRIVMSG {channel} :{ClientProtocol.Marker}";
        listener.Heard = lines => _free.Release(lines);
    }

    public async Task SendAtFullSpeedAsync(int window, int bytes, CancellationToken stop)
    {
        _free.Release(window);
        var lines = new StringBuilder();
        while (!stop.IsCancellationRequested)
        {
            await _free.WaitAsync(stop);
            // One write for all that may be sent now, as a server flushes its buffer.
            var now = Stopwatch.GetTimestamp();
            lines.Clear();
            do
            {
                Append(lines, now, bytes);
                _counters.CountSent();
            }
            while (_free.Wait(0, CancellationToken.None));
            await _connection.WriteAsync(Encoding.ASCII.GetBytes(lines.ToString()));
        }
    }

    public async ValueTask SendMessageAsync(long scheduled, int bytes)
    {
        var line = new StringBuilder();
        Append(line, scheduled, bytes);
        await _connection.WriteAsync(Encoding.ASCII.GetBytes(line.ToString()));
        _counters.CountSent();
    }

    /// <summary>Sends one line, and waits until the web client has received it.</summary>
    /// <exception cref="TimeoutException">It has not within <paramref name="deadline"/>.</exception>
    public async Task IsHeardAsync(TimeSpan deadline)
    {
        await SendMessageAsync(Stopwatch.GetTimestamp(), 0);
        if (!await _free.WaitAsync(deadline))
            throw new TimeoutException($"Not received within {deadline.TotalSeconds} s: {_prefix}");
    }

    public void Dispose() => _free.Dispose();

    /// <summary>A line whose text is the marker, the time, and padding.</summary>
    private void Append(StringBuilder lines, long time, int bytes)
    {
        var digits = time.ToString("x16", CultureInfo.InvariantCulture);
        lines.Append(_prefix).Append(digits).Append('x', Math.Max(0, bytes - ClientProtocol.Marker.Length - digits.Length)).Append("\r\n");
    }
}
