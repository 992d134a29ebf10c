using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Server.Requests;

/// <summary>WHOIS, CONNECT, DISCONNECT: about IRC networks, answered by the IRC backend.</summary>
internal sealed class NetworkRequests(Backends backends, TextCommands commands)
{
    internal async Task<Ack?> WhoisAsync(RequestContext request)
    {
        var network = request.Read.OptionalLine("network", 50) ?? Networks.Mas;
        var nick = request.Read.OptionalLine("nick", 100) ?? request.Read.Text("nick", 100, least: 1);
        if (request.Read.Problem is { } problem)
            return problem;
        return network == Networks.Mas ? await commands.WhoisAsync(nick) : await backends.AskIrcAsync(request, network, null);
    }

    internal async Task<Ack?> ForwardAsync(RequestContext request)
    {
        var network = request.Read.OptionalLine("network", 50) ?? request.Read.Text("network", 50, least: 1);
        if (request.Read.Problem is { } problem)
            return problem;
        return network == Networks.Mas
            ? new Ack(Status.Error, "MAS itself is always connected.")
            : await backends.AskIrcAsync(request, network, null);
    }
}
