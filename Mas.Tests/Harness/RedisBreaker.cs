using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mas.Tests.Harness;

/// <summary>
/// Stands between one process and Redis, and lets it get as far as a chosen write: from then on nothing passes, as if the
/// process had died there, which the test then sees to.
/// </summary>
public sealed class RedisBreaker : IAsyncDisposable
{
    private static readonly HashSet<string> Writes = new(StringComparer.OrdinalIgnoreCase)
    {
        "HSET", "HMSET", "HSETNX", "HDEL", "HINCRBY", "SET", "SETEX", "PSETEX", "SETNX", "DEL", "UNLINK", "SADD", "SREM", "LPUSH", "RPUSH", "LTRIM", "LSET", "ZADD", "ZREM",
        "EXPIRE", "PEXPIRE", "EVAL", "EVALSHA", "EXEC",
    };

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<int> _target;
    private readonly string[] _notCounted;
    private readonly Lock _lock = new();
    private readonly List<Task> _links = [];
    private readonly Task _accepting;
    private TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _brokenAt;
    private int _left = int.MaxValue;

    private RedisBreaker(Func<int> target, string inbox)
    {
        _target = target;
        _notCounted = ["lease:", "inboxlayout:", "inboxworkers:", $"inbox:{inbox}", $"{{inbox:{inbox}"];
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Host and port, as <c>Redis:Endpoint</c> takes them.</summary>
    public string Endpoint => $"{_listener.LocalEndpoint}";

    /// <summary>Starts one.</summary>
    /// <param name="port">Of the loopback interface; asked for at each connection.</param>
    /// <param name="inbox">The inbox from which the process takes.</param>
    public static RedisBreaker To(Func<int> port, string inbox) => new(port, inbox);

    /// <summary>Lets some writes pass, and breaks at the next one. Those that keep a lease, and that take from the process's inbox, don't count.</summary>
    /// <returns>Completed when it has broken.</returns>
    public Task BreakAfter(int writes)
    {
        lock (_lock)
        {
            _left = writes;
            _broken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _broken.Task;
        }
    }

    /// <summary>Breaks no more.</summary>
    /// <returns>The command before which it has broken, and lets nothing pass until <see cref="Mend"/>; null when it has not.</returns>
    public string? Disarm()
    {
        lock (_lock)
        {
            _left = int.MaxValue;
            return _brokenAt;
        }
    }

    /// <summary>Lets everything pass that comes over new connections.</summary>
    public void Mend()
    {
        lock (_lock)
            _brokenAt = null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_links);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _links.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var own = client;
        using var redis = new TcpClient { NoDelay = true };
        client.NoDelay = true;
        try
        {
            await redis.ConnectAsync(IPAddress.Loopback, _target(), _stop.Token);
            // Whichever end closes first, the other one follows.
            await await Task.WhenAny(PassCommandsAsync(client.GetStream(), redis.GetStream()), redis.GetStream().CopyToAsync(client.GetStream(), _stop.Token));
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // One end broke: so does the other.
        }
    }

    private async Task PassCommandsAsync(NetworkStream from, NetworkStream to)
    {
        var held = new List<byte>();
        var buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer, _stop.Token) is var count and > 0)
        {
            held.AddRange(buffer.AsSpan(0, count));
            var passed = 0;
            while (TryRead(held, passed, out var end) is { } command)
            {
                if (!MayPass(command))
                {
                    await to.WriteAsync(held.GetRange(0, passed).ToArray(), _stop.Token);
                    await WaitForTheEndAsync(from, buffer);
                    return;
                }
                passed = end;
            }
            await to.WriteAsync(held.GetRange(0, passed).ToArray(), _stop.Token);
            held.RemoveRange(0, passed);
        }
    }

    private async Task WaitForTheEndAsync(NetworkStream from, byte[] buffer)
    {
        while (await from.ReadAsync(buffer, _stop.Token) > 0)
        {
            // Nothing of it arrives.
        }
    }

    private bool MayPass(string[] command)
    {
        lock (_lock)
        {
            if (_brokenAt is not null)
                return false;
            if (_left == int.MaxValue || !Counts(command) || _left-- > 0)
                return true;
            _brokenAt = string.Join(' ', command.Take(12));
            _broken.SetResult();
            return false;
        }
    }

    private bool Counts(string[] command)
    {
        if (!Writes.Contains(command[0]))
            return false;
        var isScript = command[0].StartsWith("EVAL", StringComparison.OrdinalIgnoreCase);
        var key = command.ElementAtOrDefault(isScript ? 3 : 1) ?? "";
        // That a batch is done is the last of its writes.
        return !Array.Exists(_notCounted, start => key.StartsWith(start, StringComparison.Ordinal)) || command.Contains("LTRIM");
    }

    /// <summary>A command of RESP arrays, as client libraries send them; null when it has not arrived wholly.</summary>
    private static string[]? TryRead(List<byte> bytes, int start, out int end)
    {
        end = start;
        if (TryReadNumber(bytes, ref end, '*') is not { } count)
            return null;
        var command = new string[count];
        for (var i = 0; i < count; i++)
        {
            if (TryReadNumber(bytes, ref end, '$') is not { } length || bytes.Count < end + length + 2)
                return null;
            command[i] = Encoding.UTF8.GetString(bytes.GetRange(end, length).ToArray());
            end += length + 2;
        }
        return command;
    }

    private static int? TryReadNumber(List<byte> bytes, ref int at, char kind)
    {
        var lineEnd = at < bytes.Count ? bytes.IndexOf((byte)'\r', at) : -1;
        if (lineEnd < 0 || lineEnd + 1 >= bytes.Count)
            return null;
        if (bytes[at] != kind)
            throw new InvalidDataException($"Not a command: {Encoding.UTF8.GetString(bytes.GetRange(at, lineEnd - at).ToArray())}");
        var number = int.Parse(Encoding.ASCII.GetString(bytes.GetRange(at + 1, lineEnd - at - 1).ToArray()), System.Globalization.CultureInfo.InvariantCulture);
        at = lineEnd + 2;
        return number;
    }
}
