using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Server.Requests;

/// <summary>WHOIS, CONNECT, DISCONNECT: passed to the IRC backend, which answers.</summary>
internal sealed class NetworkRequests(Backends backends, TextCommands commands, CredentialVault vault)
{
    private const int MaxKey = 20_000;

    private static readonly Ack IsMas = new(Status.Error, "MAS itself is always connected.");

    internal async Task<Ack?> WhoisAsync(RequestContext request)
    {
        var network = request.Read.OptionalLine("network", 50) ?? Networks.Mas;
        var nick = request.Read.OptionalLine("nick", 100) ?? request.Read.Text("nick", 100, min: 1);
        if (request.Read.Problem is { } problem)
            return problem;
        return network == Networks.Mas ? await commands.WhoisAsync(nick) : await backends.AskIrcAsync(request, network, null);
    }

    internal async Task<Ack?> ConnectAsync(RequestContext request)
    {
        var network = request.Read.OptionalLine("network", 50) ?? request.Read.Text("network", 50, min: 1);
        var nick = request.Read.OptionalLine("nick", 100) ?? "";
        var account = request.Read.OptionalObject("account");
        var credentials = account is null ? null : ReadCredentials(account);
        if ((request.Read.Problem ?? account?.Problem) is { } problem)
            return problem;
        if (network == Networks.Mas)
            return IsMas;
        if (credentials is not null && !vault.IsOpen)
            return new Ack(Status.Error, "This server cannot store network credentials: its operator has not set a key. Connect without an account, or ask the operator.");
        return await backends.AskIrcAsync(request, network, null, IrcRequest.Compose("CONNECT", json =>
        {
            json.WriteString("network", network);
            json.WriteString("nick", nick);
            if (credentials is not null)
                json.WriteString("account", vault.Seal(credentials, request.Session.User, network));
        }));
    }

    internal async Task<Ack?> DisconnectAsync(RequestContext request)
    {
        var network = request.Read.OptionalLine("network", 50) ?? request.Read.Text("network", 50, min: 1);
        if (request.Read.Problem is { } problem)
            return problem;
        return network == Networks.Mas ? IsMas : await backends.AskIrcAsync(request, network, null);
    }

    /// <returns>Null for an account without a mechanism, which changes nothing.</returns>
    private static NetworkCredentials? ReadCredentials(RequestReader account)
    {
        var mechanism = account.OptionalLine("mechanism", 50) ?? "";
        var name = account.OptionalLine("account", 200) ?? "";
        var password = account.OptionalLine("password", 1000) ?? "";
        var key = account.OptionalText("key", MaxKey) ?? "";
        return mechanism.Length == 0
            ? null
            : new NetworkCredentials(mechanism.ToUpperInvariant(), name, password.Length > 0 ? password : null, key.Length > 0 ? key : null);
    }
}
