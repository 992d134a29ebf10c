
namespace Mas.IrcBackend.State;

/// <summary>The window of a network's server.</summary>
internal sealed class ServerWindow(OneOnOnes oneOnOnes, ConversationAccess access, EntryPoster poster)
{
    /// <summary>Posts what the entry had to tell in one go, since servers greet with many lines.</summary>
    internal async Task FlushAsync(ParserContext context)
    {
        var lines = context.TakeServerLines();
        if (lines.Count == 0)
            return;
        var id = await oneOnOnes.OpenAsync(context, UserId.Server);
        await access.InAsync(context, id, scope => poster.PostAsync(scope, lines));
    }
}
