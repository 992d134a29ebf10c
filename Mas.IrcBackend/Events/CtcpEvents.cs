using Mas.Core.Model;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>CTCP queries (VERSION, PING …). Some are answered, by NOTICE and at a limited rate; none is shown as chat.</summary>
internal sealed class CtcpEvents(ConnectionSender sender, TimeProvider time)
{
    private const int MaxAnswers = 3;
    private const string Known = "ACTION CLIENTINFO PING SOURCE TIME VERSION";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    internal async Task QueryAsync(ParserContext context, IrcSource source, Ctcp query)
    {
        if (query.Command == "DCC")
        {
            context.TellServerWindow(Category.Info, $"{source.Nick} offers a direct connection (DCC {query.Text}). MAS does not support DCC.");
            return;
        }
        var answer = query.Command switch
        {
            "VERSION" or "SOURCE" => "MAS",
            "PING" => query.Text,
            "TIME" => time.GetUtcNow().ToString("r"),
            "CLIENTINFO" => Known,
            _ => null,
        };
        var answers = context.Connection.CtcpAnswers;
        while (answers.TryPeek(out var earlier) && context.At - earlier > Interval)
            answers.Dequeue();
        if (answer is null || answers.Count >= MaxAnswers || source.IsServer)
            return;
        answers.Enqueue(context.At);
        await sender.SendAsync(context, null, IrcLine.WithText(new Ctcp(query.Command, answer).ToString(), "NOTICE", source.Nick));
    }
}
