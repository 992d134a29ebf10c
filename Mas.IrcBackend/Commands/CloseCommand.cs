using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Commands;

/// <summary>CLOSE: leaves a channel, or closes the window of an 1on1, whose history stays.</summary>
internal static class CloseCommand
{
    internal static async Task<Ack> RunAsync(ParserContext context, Target target, string reason)
    {
        if (target.Peer is { } peer)
        {
            context.Connection.OneOnOnes.Remove(peer);
            await context.InAsync(target.Id, scope => context.On.Lifecycle.RemoveAsync(context.User, target.Id, context.Fence, scope.Delivery));
            return Ack.Ok;
        }
        if (context.Connection.IsRegistered)
        {
            await context.SendAsync(null, reason.Length > 0 ? IrcLine.WithText(reason, "PART", target.Name) : IrcLine.Of("PART", target.Name));
        }
        await OwnChannels.LeaveAsync(context, new UserChannel(target.Id, target.Name), context.User, Category.Part, reason);
        return Ack.Ok;
    }
}
