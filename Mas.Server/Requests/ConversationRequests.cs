using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Server.Accounts;

namespace Mas.Server.Requests;

/// <summary>CREATE, JOIN, CHAT, CLOSE, UPDATE_TOPIC, UPDATE_PASSWORD, UPDATE_ROLE, KICK: handed to the conversation's backend.</summary>
internal sealed class ConversationRequests(Backends backends, UserLookup lookup, Conversations conversations, LimitsOptions limits)
{
    private const int MaxName = 200;
    private const int MaxPassword = 100;
    private const int MaxReason = 300;

    private static readonly Ack NoGroup = new(Status.NotFound, "There is no such group.");

    internal async Task<Ack?> CreateAsync(RequestContext request)
    {
        var name = request.Read.OptionalText("name", MaxName) ?? "";
        var password = request.Read.OptionalLine("password", MaxPassword) ?? "";
        if (request.Read.Problem is { } problem)
            return problem;
        if (name.Length == 0)
            return new Ack(Status.ErrorNameMissing, "Enter a name for the group.");
        return AccountRules.IsGroupName(name)
            ? await backends.AskAsync(request, new CreateGroup(request.NewOrigin(), name, password))
            : BadName();
    }

    internal async Task<Ack?> JoinAsync(RequestContext request)
    {
        var network = request.Read.OptionalLine("network", 50) ?? Networks.Mas;
        var name = request.Read.OptionalText("name", MaxName) ?? "";
        var password = request.Read.OptionalLine("password", MaxPassword) ?? "";
        if (request.Read.Problem is { } problem)
            return problem;
        if (name.Length == 0)
            return new Ack(Status.ErrorNameMissing, "Enter the group's name.");
        if (network != Networks.Mas)
            return await backends.AskIrcAsync(request, network, null);
        if (!AccountRules.IsGroupName(name))
            return BadName();
        return await conversations.FindGroupAsync(Networks.Mas, Networks.Fold(name)) is { } id
            ? await backends.AskAsync(request, new JoinGroup(request.NewOrigin(), id.Value, name, password, Initial: false))
            : NoGroup;
    }

    internal async Task<Ack?> ChatAsync(RequestContext request)
    {
        var network = request.Read.OptionalLine("network", 50) ?? Networks.Mas;
        if (request.Read.Problem is null && network != Networks.Mas)
            return await backends.AskIrcAsync(request, network, null);
        if (request.Read.OptionalUser("userId") is { IsIrc: true })
            return request.Read.Problem ?? new Ack(Status.ParameterMissing, "'network' is missing.");
        var peer = await lookup.FindAsync(request.Read);
        if (request.Read.Problem is { } problem)
            return problem;
        if (peer is not { } user)
            return UserLookup.NoUser;
        if (user == request.Session.User)
            return new Ack(Status.ParameterInvalid, "You cannot open a conversation with yourself.");
        var id = await conversations.FindOneOnOneAsync(Networks.Mas, request.Session.User, user);
        return await backends.AskAsync(request, new OpenChat(request.NewOrigin(), id?.Value ?? 0, user.Value));
    }

    internal Task<Ack?> CloseAsync(RequestContext request) =>
        WithWindowAsync(request, target => new CloseWindow(request.NewOrigin(), target.ConversationId.Value));

    internal Task<Ack?> UpdateTopicAsync(RequestContext request)
    {
        var topic = request.Read.OptionalLine("topic", limits.TopicChars) ?? request.Read.Text("topic", limits.TopicChars);
        return WithWindowAsync(request, target => new SetTopic(request.NewOrigin(), target.ConversationId.Value, topic));
    }

    internal Task<Ack?> UpdatePasswordAsync(RequestContext request)
    {
        var password = request.Read.OptionalLine("password", MaxPassword) ?? request.Read.Text("password", MaxPassword);
        return WithWindowAsync(request, target => new SetPassword(request.NewOrigin(), target.ConversationId.Value, password));
    }

    internal Task<Ack?> UpdateRoleAsync(RequestContext request)
    {
        var user = request.Read.User("userId");
        var role = request.Read.Text("role", 1, min: 1);
        if (request.Read.Problem is null && role is not (Roles.Operator or Roles.Voice or Roles.User))
            request.Read.Fail<string>("role");
        return WithWindowAsync(request, target => new SetRole(request.NewOrigin(), target.ConversationId.Value, user.Value, role));
    }

    internal Task<Ack?> KickAsync(RequestContext request)
    {
        var user = request.Read.User("userId");
        var reason = request.Read.OptionalLine("reason", MaxReason) ?? "";
        return WithWindowAsync(request, target => new KickMember(request.NewOrigin(), target.ConversationId.Value, user.Value, reason));
    }

    internal static Ack BadName() => new(Status.ParameterInvalid, "A group's name has 1 to 50 characters and no spaces, commas or control characters.");

    private async Task<Ack?> WithWindowAsync(RequestContext request, Func<WindowTarget, BackendMessage> message)
    {
        var windowId = request.Read.WindowId();
        if (request.Read.Problem is { } problem)
            return problem;
        if (await backends.FindTargetAsync(request.Session, windowId) is not { } target)
            return Ack.NoWindow;
        return target.IsMas
            ? await backends.AskAsync(request, message(target))
            : await backends.AskIrcAsync(request, target.Network, target.ConversationId);
    }
}
