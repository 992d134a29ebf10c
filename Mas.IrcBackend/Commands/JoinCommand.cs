using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Commands;

/// <summary>JOIN: connects if needed, and joins. The window opens when the server confirms.</summary>
internal sealed class JoinCommand(Conversations conversations, WindowOpener windows, PendingJoins pendingJoins, ConnectionSender sender)
{
    internal async Task<Ack> RunAsync(ParserContext context, string name, string key)
    {
        var connection = context.Connection;
        if (name.Length == 0 || name.AsSpan().IndexOfAny(" ,\a") >= 0 || name.Any(char.IsControl) || key.AsSpan().IndexOfAny(" ,") >= 0)
            return new Ack(Status.ParameterInvalid, "A channel's name and password must not contain spaces, commas or control characters.");
        if (!connection.Support.IsChannel(name))
            name = (connection.Support.ChannelTypes.Length > 0 ? connection.Support.ChannelTypes[0] : '#') + name;
        if (connection.IsRegistered && connection.Channel(name) is { } channel && await conversations.GetRoleAsync(channel.Id, context.User) is not null)
            return context.Redelivered ? Ack.Ok : new Ack(Status.AlreadyJoined, $"You are already in {name}.");
        if (connection.Channel(name) is null && await windows.IsLimitReachedAsync(context.User))
            return Refusals.WindowLimit;
        await pendingJoins.AddAsync(context, name, key);
        if (connection.IsRegistered)
            await sender.SendAsync(context, null, JoinBatcher.Plan([new JoinTarget(name, key)], connection.Support, []).Lines);
        else
            await sender.ConnectAsync(context);
        return Ack.Ok;
    }

    /// <summary>Joins all channels that the user has windows of, and those whose joins are pending.</summary>
    internal async Task JoinAllAsync(ParserContext context)
    {
        var connection = context.Connection;
        var targets = new Dictionary<string, JoinTarget>(connection.Mapping);
        var records = await Task.WhenAll(connection.Channels.Values.Select(channel => conversations.FindAsync(channel.Id)).ToList());
        foreach (var record in records.OfType<Conversation>())
            targets[record.Name] = new JoinTarget(record.Name, record.Password);
        foreach (var (name, key) in await pendingJoins.GetAsync(context))
            targets[name] = new JoinTarget(name, string.IsNullOrEmpty(key) ? targets.GetValueOrDefault(name)?.Key : key);
        var plan = JoinBatcher.Plan(targets.Values, connection.Support, []);
        await sender.SendAsync(context, null, plan.Lines);
        if (plan.BeyondLimit.Count > 0)
            context.TellServerWindow(Category.Error, $"The server's channel limit is reached. Not joined: {string.Join(", ", plan.BeyondLimit.Select(target => target.Channel))}");
    }
}
