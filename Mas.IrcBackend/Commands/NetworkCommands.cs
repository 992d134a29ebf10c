using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Redis;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Connections;
using Mas.IrcBackend.Parser;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.Protocol.Sasl;

namespace Mas.IrcBackend.Commands;

/// <summary>CONNECT, DISCONNECT, WHOIS, /nick: about the user's place on the network.</summary>
internal static class NetworkCommands
{
    /// <summary>CONNECT, with <c>nick</c> and <c>account</c> when they are to be others than before.</summary>
    internal static async Task<Ack> ConnectAsync(ParserContext context, RequestFields fields)
    {
        var key = RedisKeys.Network(context.User, context.Network);
        var nick = fields.Text("nick");
        if (nick.Length > 0)
        {
            if (ChatCommand.Refuse(nick) is { } refusal)
                return refusal;
            await context.On.Redis.Database.HashSetAsync(key, "nick", nick);
        }
        // Encrypted by the server that took it: nothing in the clear passes the inbox.
        if (fields.Text("account") is { Length: > 0 } account)
        {
            if (RefuseAccount(context, account) is { } refusal)
                return refusal;
            await context.On.Redis.Database.HashSetAsync(key, "account", account);
            // A connection that is there was made without it: it is made again.
            if (context.Connection.IsRegistered)
                await context.OrderAsync(new CloseOrder($"{context.Rid}/l", context.User.Value, context.Network, context.Connection.Generation));
        }
        await context.OrderAsync(new ConnectOrder($"{context.Rid}/c", context.User.Value, context.Network));
        return Ack.Ok;
    }

    /// <summary>DISCONNECT: the windows stay, and are joined again when the user connects again.</summary>
    internal static async Task<Ack> DisconnectAsync(ParserContext context)
    {
        await context.OrderAsync(new DisconnectOrder($"{context.Rid}/d", context.User.Value, context.Network, ""));
        return Ack.Ok;
    }

    /// <summary>WHOIS: the answer comes in the server window.</summary>
    internal static async Task<Ack> WhoisAsync(ParserContext context, string nick, ConversationId? typedIn)
    {
        if (ChatCommand.Refuse(nick) is { } refusal)
            return refusal;
        if (!context.Connection.IsRegistered)
            return RequestCommands.NotConnected(context);
        // Named twice, the nick's own server answers, which alone knows the idle time.
        await context.SendAsync(typedIn, IrcLine.Of("WHOIS", nick, nick));
        return Ack.Ok;
    }

    /// <summary>/nick: from now on this nick is the wanted one.</summary>
    internal static async Task<Ack> NickAsync(ParserContext context, Target target, string nick)
    {
        if (ChatCommand.Refuse(nick) is { } refusal)
            return refusal;
        var ack = await TypedCommands.RawAsync(context, target, IrcLine.Of("NICK", nick));
        if (ack.Status == Status.Ok)
            await context.On.Redis.Database.HashSetAsync(RedisKeys.Network(context.User, context.Network), "nick", nick);
        return ack;
    }

    /// <summary>The account is closed: the window goes, and with it the connection.</summary>
    internal static async Task<Ack> DestroyAsync(ParserContext context, ConversationId? conversation)
    {
        if (conversation is { } id && context.Redelivered)
            await CloseCommand.AgainAsync(context, id);
        else if (conversation is { } open && await Target.FindAsync(context, open) is { } target)
            await CloseCommand.RunAsync(context, target, "");
        if (conversation is { } left)
            await OneOnOnes.ForgetAsync(context, left);
        await context.OrderAsync(new DisconnectOrder($"{context.Rid}/d", context.User.Value, context.Network, ""));
        await ForgetAsync(context);
        return Ack.Ok;
    }

    /// <summary>Removes what is kept of the user's place on the network.</summary>
    internal static async Task ForgetAsync(ParserContext context)
    {
        var database = context.On.Redis.Database;
        if (context.Connection.Nick.Length > 0)
            await context.On.People.LeaveNickAsync(context.User, context.Network, context.Connection.Mapping, context.Connection.Nick);
        await Task.WhenAll(
            database.KeyDeleteAsync(RedisKeys.Network(context.User, context.Network)),
            database.KeyDeleteAsync(RedisKeys.IrcConnection(context.User, context.Network)),
            database.KeyDeleteAsync(RedisKeys.IrcPendingJoins(context.User, context.Network)));
    }

    private static Ack? RefuseAccount(ParserContext context, string account)
    {
        if (context.On.Vault.Unseal(account, context.User, context.Network) is not { } found)
            return new Ack(Status.Error, "The credentials can't be read: Mas.Server and Mas.IrcBackend have different keys for them. Tell the operator.");
        var credentials = new SaslCredentials(found.Mechanism, found.Account, found.Password, found.Key);
        try
        {
            credentials.Start();
            ClientCertificate.From(credentials)?.Dispose();
            return null;
        }
        catch (ArgumentException e)
        {
            return new Ack(Status.ParameterInvalid, e.Message);
        }
    }
}
