namespace Mas.Server.Requests;

/// <summary>Which handler a type of request has.</summary>
internal sealed class RequestTable(
    MessageRequests messages, ConversationRequests conversations, WindowRequests windows, HistoryRequests history, FriendRequests friends,
    ProfileRequests profiles, SettingRequests settings, NetworkRequests networks, AccountRequests accounts)
{
    private readonly Dictionary<string, RequestHandler> _handlers = new(StringComparer.Ordinal)
    {
        ["SEND"] = messages.SendAsync,
        ["COMMAND"] = messages.CommandAsync,
        ["EDIT"] = messages.EditAsync,
        ["TYPING"] = messages.TypingAsync,
        ["CREATE"] = conversations.CreateAsync,
        ["JOIN"] = conversations.JoinAsync,
        ["CHAT"] = conversations.ChatAsync,
        ["CLOSE"] = conversations.CloseAsync,
        ["UPDATE_TOPIC"] = conversations.UpdateTopicAsync,
        ["UPDATE_PASSWORD"] = conversations.UpdatePasswordAsync,
        ["UPDATE_ROLE"] = conversations.UpdateRoleAsync,
        ["KICK"] = conversations.KickAsync,
        ["UPDATE"] = windows.UpdateAsync,
        ["SEEN"] = windows.SeenAsync,
        ["FETCH"] = history.FetchAsync,
        ["REQUEST_FRIEND"] = friends.RequestAsync,
        ["REMOVE_FRIEND"] = friends.RemoveAsync,
        ["FRIEND_VERDICT"] = friends.VerdictAsync,
        ["GET_PROFILE"] = profiles.GetAsync,
        ["UPDATE_PROFILE"] = profiles.UpdateAsync,
        ["SET"] = settings.SetAsync,
        ["ACKALERT"] = settings.AckAlertAsync,
        ["WHOIS"] = networks.WhoisAsync,
        ["CONNECT"] = networks.ConnectAsync,
        ["DISCONNECT"] = networks.DisconnectAsync,
        ["LOGOUT"] = accounts.LogoutAsync,
        ["DESTROY_ACCOUNT"] = accounts.DestroyAsync,
    };

    internal RequestHandler? Find(string type) => _handlers.GetValueOrDefault(type);
}
