namespace Mas.Load;

/// <summary>Makes load in a load process: a client that sends, or the IRC server's end of a user's connection.</summary>
internal interface ISender
{
    /// <summary>Sends until it is stopped, keeping up to <paramref name="window"/> messages in flight.</summary>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    Task SendAtFullSpeedAsync(int window, int bytes, CancellationToken stop);

    /// <param name="scheduled">When it should be sent. Latencies count from here, even if it is sent later.</param>
    /// <param name="bytes">The text's length.</param>
    ValueTask SendMessageAsync(long scheduled, int bytes);
}
