using System.Net;
using System.Net.Sockets;
using Mas.IrcBackend.Connections;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.Protocol.Session;
using Mas.Tests.Harness;
using Microsoft.Extensions.Time.Testing;

namespace Mas.Tests.Irc.Connections;

/// <summary>What a connection waits for, it waits for no longer than it may.</summary>
public class DeadlineTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Connect_HandshakeIsNotAnswered_TimesOutAfter15Seconds()
    {
        using var listener = Listen(out var address);
        var opening = new ServerTransport(_time).OpenAsync(address, [], null, CancellationToken.None);
        using var silent = await HandshakeBegunAsync(listener);

        _time.Advance(TimeSpan.FromSeconds(14.9));
        Assert.False(opening.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));

        var opened = await opening.WaitAsync(Eventually.DefaultDeadline);
        Assert.Null(opened.Stream);
        Assert.Equal((OutcomeKind.TimedOut, false), (opened.Failure!.Kind, opened.Failure.IsTerminal));
    }

    [Fact]
    public async Task Connect_Stopped_EndsAtOnce()
    {
        using var listener = Listen(out var address);
        using var stop = new CancellationTokenSource();
        var opening = new ServerTransport(_time).OpenAsync(address, [], null, stop.Token);
        using var silent = await HandshakeBegunAsync(listener);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening.WaitAsync(Eventually.DefaultDeadline));
    }

    [Fact]
    public async Task Write_ThatNobodyTakes_TimesOutAfter10Seconds()
    {
        await using var stream = new StuckStream();
        var session = new ClientSession(new RegistrationPlan("bob", "bob", "Bob") { IsSecure = true }, _time.GetUtcNow());
        var running = new IrcConnection(stream, session, new LineCharset("ISO-8859-15", false), _time, new NobodyWatches()).RunAsync("bye", CancellationToken.None);
        await stream.Writing.WaitAsync(Eventually.DefaultDeadline);

        _time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(running.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal(OutcomeKind.TimedOut, (await running.WaitAsync(Eventually.DefaultDeadline)).Kind);
    }

    private static TcpListener Listen(out ServerAddress address)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        address = new ServerAddress("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, true);
        return listener;
    }

    /// <summary>A connection whose client has begun with TLS, and which says nothing.</summary>
    private static async Task<TcpClient> HandshakeBegunAsync(TcpListener listener)
    {
        var silent = await listener.AcceptTcpClientAsync().WaitAsync(Eventually.DefaultDeadline);
        await silent.GetStream().ReadExactlyAsync(new byte[1]).AsTask().WaitAsync(Eventually.DefaultDeadline);
        return silent;
    }

    /// <summary>A peer that neither says anything nor takes what it is told.</summary>
    private sealed class StuckStream : MemoryStream
    {
        private readonly TaskCompletionSource _writing = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Completed when something is being written.</summary>
        public Task Writing => _writing.Task;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _writing.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
    }

    private sealed class NobodyWatches : IConnectionObserver
    {
        public ValueTask ConnectingAsync(ServerAddress server, long generation, CancellationToken stop) => ValueTask.CompletedTask;

        public ValueTask ReceivedAsync(string line, bool isForwarded, CancellationToken stop) => ValueTask.CompletedTask;

        public ValueTask SentAsync(string line, CancellationToken stop) => ValueTask.CompletedTask;

        public ValueTask HappenedAsync(SessionEvent what, CancellationToken stop) => ValueTask.CompletedTask;

        public ValueTask EndedAsync(ConnectionOutcome outcome, NextAttempt next, CancellationToken stop) => ValueTask.CompletedTask;
    }
}
