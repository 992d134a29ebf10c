using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Redis;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Parser;
using Mas.IrcBackend.Protocol;

namespace Mas.IrcBackend.Commands;

/// <summary>JOIN: connects when needed, and joins. The window comes when the server says that we are in.</summary>
internal static class JoinCommand
{
    /// <summary>Joins a channel.</summary>
    internal static async Task<Ack> RunAsync(ParserContext context, string name, string key)
    {
        var (connection, on) = (context.Connection, context.On);
        if (name.Length == 0 || name.AsSpan().IndexOfAny(" ,\a") >= 0 || name.Any(char.IsControl) || key.AsSpan().IndexOfAny(" ,") >= 0)
            return new Ack(Status.ParameterInvalid, "A channel's name, and its key, have no spaces, commas or control characters.");
        if (!connection.Support.IsChannel(name))
            name = (connection.Support.ChannelTypes.Length > 0 ? connection.Support.ChannelTypes[0] : '#') + name;
        if (connection.IsRegistered && connection.Channel(name) is { } channel && await on.Conversations.GetRoleAsync(channel.Id, context.User) is not null)
            return context.Redelivered ? Ack.Ok : new Ack(Status.AlreadyJoined, $"You are in {name} already.");
        if (connection.Channel(name) is null && await on.Windows.CountAsync(context.User) >= await on.Users.GetMaxWindowsAsync(context.User))
            return new Ack(Status.Error, "You have as many windows as allowed. Close one first.");
        // Kept until the server has answered: it survives a connect that fails.
        await on.Redis.Database.HashSetAsync(RedisKeys.IrcPendingJoins(context.User, context.Network), name, key);
        if (connection.IsRegistered)
            await context.SendAsync(null, [.. JoinBatcher.Plan([new JoinTarget(name, key)], connection.Support, []).Lines]);
        else
            await context.OrderAsync(new ConnectOrder($"{context.Rid}/c", context.User.Value, context.Network));
        return Ack.Ok;
    }

    /// <summary>Joins all channels of the user, and those that wait for the connection.</summary>
    internal static async Task JoinAllAsync(ParserContext context)
    {
        var connection = context.Connection;
        var targets = new Dictionary<string, JoinTarget>(connection.Mapping);
        var channels = connection.Channels.Values.ToList();
        var records = await Task.WhenAll(channels.Select(channel => context.On.Conversations.FindAsync(channel.Id)));
        foreach (var record in records.OfType<Conversation>())
            targets[record.Name] = new JoinTarget(record.Name, record.Password);
        foreach (var join in await context.On.Redis.Database.HashGetAllAsync(RedisKeys.IrcPendingJoins(context.User, context.Network)))
        {
            var (name, key) = ((string)join.Name!, (string?)join.Value);
            targets[name] = new JoinTarget(name, string.IsNullOrEmpty(key) ? targets.GetValueOrDefault(name)?.Key : key);
        }
        var plan = JoinBatcher.Plan(targets.Values, connection.Support, []);
        await context.SendAsync(null, plan.Lines);
        if (plan.BeyondLimit.Count > 0)
            await context.TellServerWindowAsync(Category.Error, $"The server allows no more channels; not joined: {string.Join(", ", plan.BeyondLimit.Select(target => target.Channel))}");
    }
}
