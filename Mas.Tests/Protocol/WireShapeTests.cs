using System.Text;
using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Tests.Protocol;

/// <summary>What goes over the wire, byte for byte: names, order, which fields are left out, and what is escaped.</summary>
public sealed class WireShapeTests
{
    private const string Tricky = "quote \" back \\ line \n é 🙂 </b>&'+";
    private const string TrickyJson = """quote \" back \\ line \n é \uD83D\uDE42 </b>&'+""";

    private static readonly UserId Alice = UserId.Mas(7);
    private static readonly UserId Bob = UserId.Mas(8);

    private static readonly StoredMessage Stored = new(
        new ChatMessage(5, Alice, 100, Category.Message, "hi"), """{"gid":5,"userId":"7","ts":100,"cat":"msg","body":"hi"}"""u8.ToArray());

    public static TheoryData<string, byte[]> Written => new()
    {
        {
            """{"type":"ADD_USERS","mapping":{"7":{"name":"TRICKY","nick":{"MAS":"a","Ne\"t":"b"}},"8":{"name":"Bob","nick":{}}}}""",
            Notifications.AddUsers(
                [Alice, Bob],
                [new UserCard(Tricky, new Dictionary<string, string> { ["MAS"] = "a", ["Ne\"t"] = "b" }), new UserCard("Bob", new Dictionary<string, string>())])
        },
        {
            """{"type":"ADD_WINDOW","windowId":3,"windowType":"group","network":"MAS","name":"lobby","userId":null,"topic":"TRICKY","password":"","role":"@","sounds":true,"titleAlert":false,"visible":true,"row":2,"seen":99}""",
            Notifications.AddWindow(
                new Window(3, new ConversationId(9), null, true, false, true, 2, 99), new Conversation(new ConversationId(9), "group", "MAS", "lobby", Tricky, "", "", 0), "@")
        },
        {
            """{"type":"ADD_WINDOW","windowId":3,"windowType":"1on1","network":"MAS","name":"","userId":"8","topic":"","password":"p","role":"u","sounds":false,"titleAlert":true,"visible":false,"row":0,"seen":0}""",
            Notifications.AddWindow(
                new Window(3, new ConversationId(9), Bob, false, true, false, 0, 0), new Conversation(new ConversationId(9), "1on1", "MAS", "", "", "p", "", 0), Roles.Detached)
        },
        { """{"type":"UPDATE_WINDOW","windowId":4,"topic":""}""", Notifications.UpdateWindow(4, new WindowChanges { Topic = "" }) },
        { """{"type":"UPDATE_WINDOW","windowId":4,"password":"x"}""", Notifications.UpdateWindow(4, new WindowChanges { Password = "x" }) },
        { """{"type":"UPDATE_WINDOW","windowId":4,"role":"+"}""", Notifications.UpdateWindow(4, new WindowChanges { Role = "+" }) },
        { """{"type":"UPDATE_WINDOW","windowId":4,"seen":12345678901}""", Notifications.UpdateWindow(4, new WindowChanges { Seen = 12345678901 }) },
        {
            """{"type":"UPDATE_WINDOW","windowId":4,"sounds":false,"titleAlert":true,"visible":false,"row":0}""",
            Notifications.UpdateWindow(4, new WindowChanges { Sounds = false, TitleAlert = true, Visible = false, Row = 0 })
        },
        { """{"type":"DELETE_WINDOW","windowId":4}""", Notifications.DeleteWindow(4) },
        {
            """{"type":"ADD_MESSAGES","messages":[{"windowId":1,"gap":true,"messages":[{"gid":5,"userId":"7","ts":100,"cat":"msg","body":"hi"}]},{"windowId":2,"messages":[]}]}""",
            Notifications.AddMessages([new Backlog(1, true, [Stored]), new Backlog(2, false, [])])
        },
        {
            """{"type":"UPDATE_MEMBERS","windowId":4,"reset":true,"members":[{"userId":"7","role":"*"}]}""",
            Notifications.UpdateMembers(4, true, new Dictionary<UserId, string> { [Alice] = "*", [Bob] = Roles.Detached })
        },
        { """{"type":"UPDATE_MEMBERS","windowId":4,"reset":false,"members":[]}""", Notifications.UpdateMembers(4, false, []) },
        { """{"type":"DELETE_MEMBERS","windowId":4,"members":[{"userId":"7"},{"userId":"8"}]}""", Notifications.DeleteMembers(4, [Alice, Bob]) },
        {
            """{"type":"UPDATE_NETWORKS","networks":[{"name":"MAS","state":"connected","nick":"a\\b"}]}""",
            Notifications.UpdateNetworks([new NetworkState("MAS", "connected", "a\\b")])
        },
        {
            """{"type":"UPDATE_FRIENDS","reset":true,"friends":[{"userId":"7","online":true},{"userId":"8","online":false,"last":-1}]}""",
            Notifications.UpdateFriends(true, [new FriendState(Alice, true, 50), new FriendState(Bob, false, -1)])
        },
        { """{"type":"CONFIRM_FRIENDS","friends":[{"userId":"7"}]}""", Notifications.ConfirmFriends([Alice]) },
        { """{"type":"CONFIRM_FRIENDS","reset":true,"friends":[]}""", Notifications.ConfirmFriends([], reset: true) },
        {
            """{"type":"UPDATE_SETTINGS","settings":{"a\"b":"TRICKY","z":""}}""",
            Notifications.UpdateSettings(new Dictionary<string, string> { ["a\"b"] = Tricky, ["z"] = "" })
        },
        { """{"type":"ADD_ALERT","alertId":6,"message":"TRICKY"}""", Notifications.AddAlert(6, Tricky) },
        { """{"type":"DELETE_ALERT","alertId":6}""", Notifications.DeleteAlert(6) },
        { """{"type":"TYPING","windowId":4,"userId":"7"}""", Notifications.Typing(4, Alice) },
        { """{"type":"FINISH_INIT"}""", Notifications.FinishInit() },
        {
            """{"type":"INIT_OK","reqId":"r\u00e9","sessionId":"s1-2","userId":"7","maxBacklogMsgs":50}""",
            Notifications.InitOk("\"r\\u00e9\"", new SessionRef(Alice, "s1-2"), 50)
        },
        { """{"type":"TERMINATE","code":"LOGGED_OUT","reason":"TRICKY"}""", Notifications.Terminate(TerminateCode.LoggedOut, Tricky) },
    };

    public static TheoryData<string, Ack> Acks => new()
    {
        { """{"type":"ACK","reqId":"1","status":"OK"}""", Ack.Ok },
        { """{"type":"ACK","reqId":"1","status":"ERROR","errorMsg":"TRICKY"}""", new Ack(Status.Error, Tricky) },
        { """{"type":"ACK","reqId":"1","status":"OK","windowId":3}""", new Ack(Status.Ok, Result: new WindowOpened(3)) },
        { """{"type":"ACK","reqId":"1","status":"OK","gid":5,"ts":100}""", new Ack(Status.Ok, Result: new MessagesPosted(5, null, 100)) },
        { """{"type":"ACK","reqId":"1","status":"OK","gids":[5,6],"ts":100}""", new Ack(Status.Ok, Result: new MessagesPosted(null, [5, 6], 100)) },
        { """{"type":"ACK","reqId":"1","status":"OK","text":"TRICKY"}""", new Ack(Status.Ok, Result: new TextToShow(Tricky)) },
        { """{"type":"ACK","reqId":"1","status":"OK","name":"A","email":"a@x","nick":"a"}""", new Ack(Status.Ok, Result: new OwnProfile("A", "a@x", "a")) },
        { """{"type":"ACK","reqId":"1","status":"OK","userId":"7","name":"A","nick":"a","online":true}""", new Ack(Status.Ok, Result: new UserInfo("7", "A", "a", true, null)) },
        { """{"type":"ACK","reqId":"1","status":"OK","userId":"7","name":"A","nick":"a","online":false,"last":-1}""", new Ack(Status.Ok, Result: new UserInfo("7", "A", "a", false, -1)) },
        { """{"type":"ACK","reqId":"1","status":"RATE_LIMITED","errorMsg":"Wait.","retryAfter":0.05}""", new Ack(Status.RateLimited, "Wait.", new RetryAfter(0.05)) },
        {
            """{"type":"ACK","reqId":"1","status":"OK","msgs":[{"gid":5,"userId":"7","ts":100,"cat":"msg","body":"hi"}],"more":true}""",
            new Ack(Status.Ok, Result: new HistoryPage([Stored], More: true))
        },
    };

    [Theory]
    [MemberData(nameof(Written))]
    public void Notification_Written_IsThis(string expected, byte[] json) => Assert.Equal(expected.Replace("TRICKY", TrickyJson, StringComparison.Ordinal), Encoding.UTF8.GetString(json));

    [Theory]
    [MemberData(nameof(Acks))]
    public void Ack_Written_IsThis(string expected, Ack ack) => Assert.Equal(expected.Replace("TRICKY", TrickyJson, StringComparison.Ordinal), Encoding.UTF8.GetString(ack.ToJson("\"1\"")));

    [Fact]
    public void AckOfASend_Written_IsAsAnyOther() =>
        Assert.Equal(new Ack(Status.Ok, Result: new MessagesPosted(5, null, 100)).ToJson("7"), Ack.Sent("7", 5, 100));
}
