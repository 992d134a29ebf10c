using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Server.Accounts;

namespace Mas.Server.Requests;

/// <summary>The commands that users may type in a MAS window. Each becomes a request.</summary>
internal sealed class TextCommands(Backends backends, UserLookup lookup, Conversations conversations, UserCards cards, Friends friends, ProfileRequests profiles, SettingRequests settings, LimitsOptions limits)
{
    private const string Help =
        "/me text, /msg nick text, /query nick, /join name [password], /part, /topic text, /nick new, /kick nick [reason], /op nick, /deop nick, "
        + "/voice nick, /devoice nick, /invite nick, /whois nick, /away [text], /help. Two slashes send a line that begins with one.";

    /// <returns>The command's name in lower case, and the rest.</returns>
    internal static (string Name, string Parameters) Split(string text)
    {
        var end = text.IndexOfAny([' ', '\n']);
        return end < 0 ? (text.ToLowerInvariant(), "") : (text[..end].ToLowerInvariant(), text[(end + 1)..].Trim());
    }

    internal async Task<Ack?> RunAsync(RequestContext request, WindowTarget target, string name, string parameters, string? rid, bool retry)
    {
        var id = target.ConversationId.Value;
        var (first, rest) = SplitFirst(parameters);
        switch (name)
        {
            case "me" when parameters.Length > 0:
                return await backends.AskAsync(request, new PostMessage(request.NewOrigin(), id, Category.Action, parameters, rid, retry));
            case "msg" when rest.Length > 0:
                return await MessageAsync(request, first, rest, rid, retry);
            case "query" when first.Length > 0:
                return await lookup.FindByNickAsync(first) is { } peer ? await ChatAsync(request, peer) : UserLookup.NoUser;
            case "join" when first.Length > 0:
                return await JoinAsync(request, first, rest);
            case "part":
                return await backends.AskAsync(request, new CloseWindow(request.NewOrigin(), id));
            case "topic":
                return parameters.Length > limits.TopicChars
                    ? new Ack(Status.TooLarge, $"A topic has at most {limits.TopicChars} characters.")
                    : await backends.AskAsync(request, new SetTopic(request.NewOrigin(), id, parameters.ReplaceLineEndings(" ")));
            case "nick" when first.Length > 0:
                return await profiles.ChangeAsync(request.Session.User, profile => profile with { Nick = first });
            case "kick" when first.Length > 0:
                return await WithUserAsync(request, first, user => new KickMember(request.NewOrigin(), id, user.Value, rest));
            case "op" when first.Length > 0:
                return await WithUserAsync(request, first, user => new SetRole(request.NewOrigin(), id, user.Value, Roles.Operator));
            case "voice" when first.Length > 0:
                return await WithUserAsync(request, first, user => new SetRole(request.NewOrigin(), id, user.Value, Roles.Voice));
            case "deop" or "devoice" when first.Length > 0:
                return await WithUserAsync(request, first, user => new SetRole(request.NewOrigin(), id, user.Value, Roles.User));
            case "invite" when first.Length > 0:
                return await WithUserAsync(request, first, user => new InviteUser(request.NewOrigin(), id, user.Value));
            case "whois" when first.Length > 0:
                return await WhoisAsync(first);
            case "away":
                return await settings.SetAwayAsync(request.Session.User, parameters);
            case "help":
                return new Ack(Status.Ok, Result: new TextToShow(Help));
            case "me" or "msg" or "query" or "join" or "nick" or "kick" or "op" or "deop" or "voice" or "devoice" or "invite" or "whois":
                return new Ack(Status.ParameterMissing, $"/{name} needs more parameters. /help lists the commands.");
            case "quote":
                return new Ack(Status.Error, "/quote works only in windows of IRC networks.");
            default:
                return new Ack(Status.Error, $"There is no command /{(name.Length > 30 ? name[..30] : name)}. /help lists the commands; // sends a line that begins with /.");
        }
    }

    /// <summary>WHOIS for a MAS user.</summary>
    internal async Task<Ack> WhoisAsync(string nick)
    {
        if (await lookup.FindByNickAsync(nick) is not { } user)
            return UserLookup.NoUser;
        var card = (await cards.GetAsync([user]))[0];
        var state = (await friends.GetStatesAsync([user]))[0];
        return new Ack(Status.Ok, Result: new UserInfo(
            user.Value, card.Name, card.Nicks.GetValueOrDefault(Networks.Mas, ""), state.Online, state.Online ? null : state.Last));
    }

    private static (string First, string Others) SplitFirst(string parameters)
    {
        var space = parameters.IndexOf(' ');
        return space < 0 ? (parameters, "") : (parameters[..space], parameters[(space + 1)..].Trim());
    }

    private async Task<Ack?> WithUserAsync(RequestContext request, string nick, Func<UserId, BackendMessage> message) =>
        await lookup.FindByNickAsync(nick) is { } user ? await backends.AskAsync(request, message(user)) : UserLookup.NoUser;

    private async Task<Ack?> MessageAsync(RequestContext request, string nick, string text, string? rid, bool retry)
    {
        if (await lookup.FindByNickAsync(nick) is not { } peer || peer == request.Session.User)
            return UserLookup.NoUser;
        var user = request.Session.User;
        var id = await conversations.FindOneOnOneAsync(Networks.Mas, user, peer);
        if (id is null || await conversations.GetRoleAsync(id.Value, user) is null or Roles.Detached)
            return await backends.AskAsync(request, new OpenChat(request.NewOrigin(), id?.Value ?? 0, peer.Value, text, rid));
        return await backends.AskAsync(request, new PostMessage(request.NewOrigin(), id.Value.Value, Category.Message, text, rid, retry, Echo: true));
    }

    private async Task<Ack?> ChatAsync(RequestContext request, UserId peer)
    {
        var id = await conversations.FindOneOnOneAsync(Networks.Mas, request.Session.User, peer);
        return await backends.AskAsync(request, new OpenChat(request.NewOrigin(), id?.Value ?? 0, peer.Value));
    }

    private async Task<Ack?> JoinAsync(RequestContext request, string name, string password)
    {
        if (!AccountRules.IsGroupName(name))
            return ConversationRequests.BadName();
        return await conversations.FindGroupAsync(Networks.Mas, Networks.Fold(name)) is { } id
            ? await backends.AskAsync(request, new JoinGroup(request.NewOrigin(), id.Value, name, password, Initial: false))
            : new Ack(Status.NotFound, "There is no such group.");
    }
}
