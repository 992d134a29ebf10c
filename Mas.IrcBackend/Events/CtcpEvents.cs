using Mas.Core.Model;
using Mas.IrcBackend.Parser;
using Mas.IrcBackend.Protocol;

namespace Mas.IrcBackend.Events;

/// <summary>CTCP queries (VERSION, PING …): some are answered, by NOTICE and at a limited rate; none is chat.</summary>
internal static class CtcpEvents
{
    private const int MaxAnswers = 3;
    private const string Known = "ACTION CLIENTINFO PING SOURCE TIME VERSION";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>A query, to us or to a channel.</summary>
    internal static async Task QueryAsync(ParserContext context, IrcSource source, string target, Ctcp query)
    {
        if (query.Command == "DCC")
        {
            await context.TellServerWindowAsync(Category.Info, $"{source.Nick} offers a direct connection (DCC {query.Text}). MAS accepts none.");
            return;
        }
        var answer = query.Command switch
        {
            "VERSION" => "MAS",
            "SOURCE" => "MAS",
            "PING" => query.Text,
            "TIME" => context.On.Time.GetUtcNow().ToString("r"),
            "CLIENTINFO" => Known,
            _ => null,
        };
        var answers = context.Connection.CtcpAnswers;
        while (answers.TryPeek(out var earlier) && context.At - earlier > Interval)
            answers.Dequeue();
        if (answer is null || answers.Count >= MaxAnswers || source.IsServer)
            return;
        answers.Enqueue(context.At);
        await context.SendAsync(null, IrcLine.WithText(new Ctcp(query.Command, answer).ToString(), "NOTICE", source.Nick));
    }
}
