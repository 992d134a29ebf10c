using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Redis;
using Mas.IrcBackend.Connections;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.Protocol.Sasl;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Commands;

/// <summary>CONNECT, DISCONNECT, WHOIS and /nick.</summary>
internal sealed partial class NetworkCommands(
    RedisConnection redis, CredentialVault vault, RawCommand raw, ConnectionSender sender, ILogger<NetworkCommands> logger)
{
    /// <summary>CONNECT; <c>nick</c> and <c>account</c> replace the saved ones.</summary>
    internal async Task<Ack> ConnectAsync(ParserContext context, RequestFields fields)
    {
        var key = RedisKeys.Network(context.User, context.Network);
        if (fields.Text("nick") is { Length: > 0 } nick)
        {
            if (Refusals.OfNick(nick) is { } refusal)
                return refusal;
            await redis.Database.HashSetAsync(key, "nick", nick);
        }
        // Mas.Server has encrypted it: the inbox holds no credentials in plain text.
        if (fields.Text("account") is { Length: > 0 } account)
        {
            if (RefuseAccount(context, account) is { } refusal)
                return refusal;
            await redis.Database.HashSetAsync(key, "account", account);
            // The present connection was made without the account.
            if (context.Connection.IsRegistered)
                await sender.ReconnectAsync(context);
        }
        await sender.ConnectAsync(context);
        return Ack.Ok;
    }

    /// <summary>DISCONNECT: the windows stay; the next connection rejoins their channels.</summary>
    internal async Task<Ack> DisconnectAsync(ParserContext context)
    {
        await sender.DisconnectAsync(context);
        return Ack.Ok;
    }

    /// <summary>WHOIS: the answer comes in the server's window.</summary>
    internal async Task<Ack> WhoisAsync(ParserContext context, string nick, ConversationId? typedIn)
    {
        if (Refusals.OfNick(nick) is { } refusal)
            return refusal;
        if (!context.Connection.IsRegistered)
            return Refusals.NotConnected(context);
        // Named twice, the nick's own server answers; only that one knows the idle time.
        await sender.SendAsync(context, typedIn, IrcLine.Of("WHOIS", nick, nick));
        return Ack.Ok;
    }

    /// <summary>/nick: from now on this nick is the wanted one.</summary>
    internal async Task<Ack> NickAsync(ParserContext context, Target target, string nick)
    {
        if (Refusals.OfNick(nick) is { } refusal)
            return refusal;
        var ack = await raw.RunAsync(context, target, "NICK", IrcLine.Of("NICK", nick));
        if (ack.Status == Status.Ok)
            await redis.Database.HashSetAsync(RedisKeys.Network(context.User, context.Network), "nick", nick);
        return ack;
    }

    private Ack? RefuseAccount(ParserContext context, string account)
    {
        if (vault.Unseal(account, context.User, context.Network) is not { } found)
        {
            LogUnreadable(logger, context.User.Value, context.Network);
            return new Ack(Status.Error, "Your login for this network could not be read. Tell the operator.");
        }
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

    [LoggerMessage(Level = LogLevel.Error, Message = "The login of user {UserId} for {Network} can't be decrypted: set the same Irc:CredentialsKey for Mas.Server and Mas.IrcBackend")]
    private static partial void LogUnreadable(ILogger logger, string userId, string network);
}
