using Mas.Core.Protocol;
using Mas.Core.Queues;

namespace Mas.Loopback.Commands;

/// <summary>Handles one type of request. A command is made for each lease.</summary>
internal interface ICommand
{
    /// <summary>The type of request.</summary>
    Type MessageType { get; }

    /// <summary>Handles a request.</summary>
    /// <returns>The answer; null when another worker answers.</returns>
    Task<Ack?> RunAsync(BackendMessage message, CommandRun run);
}

/// <summary>One run of a command.</summary>
/// <param name="Delivery">Collects notifications; flushed behind the command.</param>
/// <param name="Redelivered">Whether the command may have been run before, wholly or in part.</param>
internal sealed record CommandRun(Delivery Delivery, bool Redelivered);

/// <inheritdoc/>
/// <typeparam name="T">The type of request.</typeparam>
internal abstract class Command<T> : ICommand where T : BackendMessage
{
    /// <inheritdoc/>
    public Type MessageType => typeof(T);

    /// <inheritdoc/>
    public Task<Ack?> RunAsync(BackendMessage message, CommandRun run) => RunAsync((T)message, run);

    /// <inheritdoc cref="ICommand.RunAsync"/>
    protected abstract Task<Ack?> RunAsync(T message, CommandRun run);
}
