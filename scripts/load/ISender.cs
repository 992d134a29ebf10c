namespace Mas.Load;

/// <summary>What makes load in a load process: a client that sends, or the IRC server's end of a user's IRC connection.</summary>
internal interface ISender
{
    /// <summary>Sends until it is stopped, keeping up to <paramref name="window"/> messages on their way.</summary>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    Task SendAtFullSpeedAsync(int window, int bytes, CancellationToken stop);

    /// <param name="scheduled">When it should be sent: latencies count from here, also when it is sent later.</param>
    /// <param name="bytes">The text's length.</param>
    ValueTask SendMessageAsync(long scheduled, int bytes);
}
