using Mas.Core.Queues;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Commands;

/// <summary>One of a client's attempts to send a message or a command; <c>default</c> for one that is not retried.</summary>
/// <param name="Rid">The client's id, the same for each attempt; empty for none.</param>
/// <param name="MayBeThere">Whether another attempt may have been carried out: this one retries it, or was overtaken by it.</param>
internal readonly record struct SendAttempt(string Rid, bool MayBeThere)
{
    private readonly string? _rid = Rid;

    /// <summary>The client's id, the same for each attempt; empty for none.</summary>
    internal string Rid => _rid ?? "";

    /// <summary>Reads which attempt a SEND is, and names the entry's orders by the client's id, so that no attempt repeats one.</summary>
    internal static SendAttempt Of(ParserContext context, RequestFields fields, RepeatedPosts repeated)
    {
        var rid = fields.Text("rid");
        if (rid.Length > 0)
            context.NameOrders($"say:{context.User}:{rid}");
        return new SendAttempt(rid, repeated.MayBeThere(context.User, rid, fields.Flag("retry")));
    }
}
