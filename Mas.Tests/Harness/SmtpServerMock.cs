using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Mas.Tests.Harness;

/// <summary>What a mail server does with a connection.</summary>
public enum SmtpBehaviour
{
    /// <summary>It takes mail.</summary>
    Takes,

    /// <summary>It offers STARTTLS with a certificate that nobody trusts.</summary>
    IsNotTrusted,

    /// <summary>It says nothing.</summary>
    IsSilent,

    /// <summary>It takes mail, and does not answer QUIT.</summary>
    IsSilentAtTheEnd,
}

/// <summary>A mail server that behaves as told, connection by connection.</summary>
public sealed class SmtpServerMock : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<int, SmtpBehaviour> _behaviour;
    private readonly Task _accepting;

    private SmtpServerMock(Func<int, SmtpBehaviour> behaviour)
    {
        _behaviour = behaviour;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens, on the loopback interface.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The mails that it has taken, with their headers.</summary>
    public ConcurrentQueue<string> Mails { get; } = new();

    /// <summary>Starts one.</summary>
    /// <param name="behaviour">What it does with connection number 0, 1, ….</param>
    public static SmtpServerMock Start(Func<int, SmtpBehaviour> behaviour) => new(behaviour);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
                serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token), _behaviour(serving.Count)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The test is over.
        }
        await Task.WhenAll(serving);
    }

    private async Task ServeAsync(TcpClient client, SmtpBehaviour behaviour)
    {
        using var own = client;
        try
        {
            if (behaviour == SmtpBehaviour.IsSilent)
                await Task.Delay(Timeout.Infinite, _stop.Token);
            await TalkAsync(client.GetStream(), behaviour);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or AuthenticationException)
        {
            // The client has gone, or the test is over.
        }
    }

    private async Task TalkAsync(NetworkStream stream, SmtpBehaviour behaviour)
    {
        using var reader = new StreamReader(stream);
        await using var writer = new StreamWriter(stream) { NewLine = "\r\n", AutoFlush = true };
        await writer.WriteLineAsync("220 mock");
        while (await reader.ReadLineAsync(_stop.Token) is { } line)
        {
            switch (line.Split(' ')[0].ToUpperInvariant())
            {
                case "EHLO" when behaviour == SmtpBehaviour.IsNotTrusted:
                    await writer.WriteAsync("250-mock\r\n250 STARTTLS\r\n");
                    break;
                case "STARTTLS":
                    await writer.WriteLineAsync("220 go on");
                    using (var certificate = IrcServerMock.SelfSigned("mail.example"))
                    await using (var tls = new SslStream(stream, leaveInnerStreamOpen: true))
                        await tls.AuthenticateAsServerAsync(certificate);
                    return;
                case "DATA":
                    await writer.WriteLineAsync("354 end with a dot");
                    Mails.Enqueue(await ReadMailAsync(reader));
                    await writer.WriteLineAsync("250 taken");
                    break;
                case "QUIT" when behaviour == SmtpBehaviour.IsSilentAtTheEnd:
                    await Task.Delay(Timeout.Infinite, _stop.Token);
                    return;
                case "QUIT":
                    await writer.WriteLineAsync("221 bye");
                    return;
                default:
                    await writer.WriteLineAsync("250 ok");
                    break;
            }
        }
    }

    private async Task<string> ReadMailAsync(StreamReader reader)
    {
        var lines = new List<string>();
        while (await reader.ReadLineAsync(_stop.Token) is { } line && line != ".")
            lines.Add(line);
        return string.Join('\n', lines);
    }
}
