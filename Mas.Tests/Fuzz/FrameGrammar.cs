using Newtonsoft.Json;

namespace Mas.Tests.Fuzz;

/// <summary>A request as its fields, each with its JSON text, so that a field may be there twice or be no JSON at all.</summary>
internal sealed record FuzzFrame(List<(string Name, string Json)> Fields)
{
    /// <inheritdoc/>
    public override string ToString() => "{" + string.Join(',', Fields.Select(field => $"{JsonConvert.ToString(field.Name)}:{field.Json}")) + "}";
}

/// <summary>The valid requests of docs/reference/protocol.md, with values that an attacker would choose.</summary>
/// <param name="victims">Whom to attack.</param>
/// <param name="random">Chooses.</param>
internal sealed class FrameGrammar(FuzzVictims victims, Random random)
{
    private static readonly string[] Texts =
    [
        "hello", "", " ", "//x", "/me waves", "/msg {nick} psst", "/query {nick}", "/join {group}", "/join {group} guess", "/topic new", "/nick {nick}",
        "/kick {nick} out", "/op {nick}", "/deop {nick}", "/voice {nick}", "/invite {nick}", "/whois {nick}", "/away", "/quote PRIVMSG x :y", "/help", "/part", "/",
        "\u0000\u0001\u001b[31m", "\ud83d\ude00\u200d\u200f\u202e\ufeff", "\ud800", "e\u0301\u0323", "ﷺ", "<script>alert(1)</script>", "${{jndi}}", "'; FLUSHALL", "\r\nLPUSH x y\r\n",
        "{\"type\":\"TERMINATE\"}", "],[", "iSERVER", "-1", "1e309", "null",
    ];

    // A type that has two forms is there twice, once with a space.
    private readonly Dictionary<string, Func<(string, object)[]>> _requests = [];
    private int _created;

    /// <summary>The next request.</summary>
    /// <param name="reqId">Its reqId.</param>
    public FuzzFrame Next(string reqId)
    {
        if (_requests.Count == 0)
            Describe();
        var (type, fields) = _requests.ElementAt(random.Next(_requests.Count));
        return new FuzzFrame([("type", JsonConvert.ToString(type.Trim())), ("reqId", JsonConvert.ToString(reqId)), .. fields().Select(field => (field.Item1, JsonConvert.SerializeObject(field.Item2)))]);
    }

    /// <summary>The start of a session.</summary>
    public FuzzFrame Init() => new([
        ("type", "\"INIT\""), ("reqId", "\"init\""), ("version", "\"1.0\""), ("cached", $$"""{"{{Window()}}":{{Gid()}}}"""), ("cachedUpto", $"{Gid()}"), ("maxBacklogMsgs", "5"),
        .. random.Next(2) == 0 ? new[] { ("userId", JsonConvert.ToString(User())), ("secret", JsonConvert.ToString(Text())) } : [],
        .. random.Next(4) == 0 ? new[] { ("ticket", JsonConvert.ToString(Text())) } : [],
    ]);

    /// <summary>A text, harmless or not.</summary>
    public string Text() => Pick(Texts).Replace("{nick}", Nick(), StringComparison.Ordinal).Replace("{group}", victims.Group, StringComparison.Ordinal);

    /// <summary>A userId: a victim's, an attacker's, or nobody's.</summary>
    public string User() => Pick([victims.Ann.UserId, victims.Ben.UserId, $"{random.Next(1, 14)}", "i1", "iSERVER", "0", "999999999"]);

    private string Nick() => Pick([victims.Ann.Login.Nick, victims.Ben.Login.Nick, "nobody@example.org", "nobody"]);

    private int Window() => random.Next(1, 9);

    private long Gid() => random.Next(3) == 0 ? random.Next(1, 3000) : Pick(victims.Gids);

    private string Group() => Pick([victims.Group, victims.Group.ToUpperInvariant(), "open", "open", "open", $"new{random.Next(40)}", Text()]);

    private void Describe()
    {
        _requests["SEND"] = () => [("windowId", Window()), ("text", Text()), ("rid", $"rid{random.Next(200)}"), ("retry", random.Next(2) == 0)];
        _requests["SEND "] = _requests["SEND"];
        _requests["COMMAND"] = () => [("windowId", Window()), ("command", Pick(["me", "msg", "kick", "op", "topic", "join", "whois", "query", "invite", "nick", "part"])), ("params", $"{Nick()} {Text()}")];
        _requests["EDIT"] = () => [("windowId", Window()), ("gid", Gid()), ("text", Text())];
        _requests["CREATE"] = () => [("name", _created++ % 10 == 0 ? $"new{random.Next(40)}" : Text()), ("password", Text())];
        _requests["JOIN"] = () => [("network", Pick(["MAS", "mas", "IRCNet", ""])), ("name", Group()), ("password", Text())];
        _requests["CHAT"] = () => [("userId", User()), ("network", "MAS")];
        _requests["CHAT "] = () => [("nick", Nick()), ("network", "MAS")];
        _requests["CLOSE"] = () => [("windowId", Window())];
        _requests["UPDATE"] = () => [("windowId", Window()), ("sounds", true), ("titleAlert", false), ("visible", true), ("row", random.Next(-1, 5))];
        _requests["SEEN"] = () => [("windowId", Window()), ("gid", Gid())];
        _requests["TYPING"] = () => [("windowId", Window())];
        _requests["UPDATE_TOPIC"] = () => [("windowId", Window()), ("topic", Text())];
        _requests["UPDATE_PASSWORD"] = () => [("windowId", Window()), ("password", Text())];
        _requests["UPDATE_ROLE"] = () => [("windowId", random.Next(1, 4)), ("userId", User()), ("role", Pick(["*", "@", "+", "u", "d", "x"]))];
        _requests["KICK"] = () => [("windowId", Window()), ("userId", User()), ("reason", Text())];
        _requests["FETCH"] = () => [("windowId", Window()), ("before", Gid()), ("after", 0), ("limit", random.Next(-1, 2000))];
        _requests["WHOIS"] = () => [("network", Pick(["MAS", "IRCNet"])), ("nick", Nick())];
        _requests["SET"] = () => [("settings", new Dictionary<string, object> { [Pick(["draft", "theme", Text()])] = Text() })];
        _requests["REQUEST_FRIEND"] = () => [("userId", User())];
        _requests["REMOVE_FRIEND"] = () => [("nick", Nick())];
        _requests["FRIEND_VERDICT"] = () => [("userId", User()), ("allow", true)];
        _requests["GET_PROFILE"] = () => [];
        _requests["UPDATE_PROFILE"] = () => [("name", Text()), ("email", Nick()), ("nick", Nick()), ("password", "guess guess"), ("currentPassword", Text())];
        _requests["ACKALERT"] = () => [("alertId", random.Next(1, 20))];
        _requests["CONNECT"] = () => [("network", Text())];
        _requests["DISCONNECT"] = () => [("network", Text())];
        // Ends the session and its login: seldom.
        _requests["LOGOUT"] = () => [("allSessions", "no boolean")];
        _requests["DESTROY_ACCOUNT"] = () => [("password", Text())];
    }

    private T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];
}
