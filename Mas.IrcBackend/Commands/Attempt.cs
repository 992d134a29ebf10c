using Mas.Core.Queues;
using Mas.IrcBackend.Parser;

namespace Mas.IrcBackend.Commands;

/// <summary>One of the attempts of a client to send a message or a command.</summary>
/// <param name="Rid">The client's id, the same for each attempt; empty for none.</param>
/// <param name="MayBeThere">Whether another attempt may have been carried out: this one repeats it, or was overtaken by it.</param>
internal readonly record struct Attempt(string Rid, bool MayBeThere)
{
    private readonly string? _rid = Rid;

    /// <summary>The client's id, the same for each attempt; empty for none.</summary>
    public string Rid => _rid ?? "";

    /// <summary>Reads which attempt a SEND is; what it orders bears the client's id from now on, so that no attempt orders it again.</summary>
    internal static Attempt Of(ParserContext context, RequestFields fields, RepeatedPosts repeated)
    {
        var rid = fields.Text("rid");
        if (rid.Length > 0)
            context.NameOrders($"say:{context.User}:{rid}");
        return new Attempt(rid, repeated.MayBeThere(context.User, rid, fields.Flag("retry")));
    }
}
