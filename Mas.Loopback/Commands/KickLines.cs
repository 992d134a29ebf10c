using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Loopback.Commands;

/// <summary>The line that says who was kicked, and why.</summary>
internal sealed class KickLines(UserCards cards, EventLines lines)
{
    internal async Task PostAsync(ConversationId id, BackendMessage cause, UserId target, string reason, CommandRun run)
    {
        var card = (await cards.GetAsync([target]))[0];
        var nick = card.Nicks.GetValueOrDefault(Networks.Mas, card.Name);
        await lines.PostAsync(id, cause, Category.Kick, reason.Length > 0 ? $"{nick}: {reason}" : nick, run);
    }
}
