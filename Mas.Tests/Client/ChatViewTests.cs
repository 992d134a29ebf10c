using Newtonsoft.Json.Linq;

namespace Mas.Tests.Client;

/// <summary>The client is the judge of the servers, so its own judgement is tested here.</summary>
public sealed class ChatViewTests
{
    private const string Window = """
        {"type":"ADD_WINDOW","windowId":1,"windowType":"group","network":"MAS","name":"tea","userId":null,"topic":"","password":"","role":"u","sounds":true,"titleAlert":true,"visible":true,"row":0,"seen":0}
        """;

    [Fact]
    public void Apply_MessageOfUserNotIntroduced_IsViolation()
    {
        var view = Started();
        view.Apply(JObject.Parse(Window));

        var violation = Assert.Throws<ProtocolViolationException>(() => view.Apply(Message(gid: 5, userId: "2")));

        Assert.Contains("User 2", violation.Message);
    }

    [Fact]
    public void Apply_MessageForUnknownWindow_IsViolation() =>
        Assert.Throws<ProtocolViolationException>(() => Started().Apply(Message(gid: 5, userId: "1")));

    [Fact]
    public void Apply_MessageOlderThanTheNewest_IsViolation()
    {
        var view = Started();
        view.Apply(JObject.Parse(Window));
        view.Apply(Message(gid: 6, userId: "1"));

        Assert.Throws<ProtocolViolationException>(() => view.Apply(Message(gid: 5, userId: "1")));
    }

    [Fact]
    public void Apply_SameMessageTwice_CountsDouble()
    {
        var view = Started();
        view.Apply(JObject.Parse(Window));
        view.Apply(Message(gid: 6, userId: "1"));
        view.Apply(Message(gid: 6, userId: "1"));

        Assert.Single(view.Doubles);
        Assert.Single(view.Windows[1].Messages);
    }

    [Fact]
    public void Apply_FinishInitWithoutSettings_IsViolation()
    {
        var view = Accepted();
        view.Apply(JObject.Parse("""{"type":"ADD_USERS","mapping":{"1":{"name":"A","nick":{"MAS":"a"}}}}"""));

        Assert.Throws<ProtocolViolationException>(() => view.Apply(JObject.Parse("""{"type":"FINISH_INIT"}""")));
    }

    [Fact]
    public void Apply_NumberAsUserId_IsViolation() => Assert.Throws<ProtocolViolationException>(() =>
        Started().Apply(JObject.Parse("""{"type":"CONFIRM_FRIENDS","friends":[{"userId":1}]}""")));

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("[{\"typ\":\"ACK\"}]")]
    [InlineData("[{\"type\":\"TYPING\"}] []")]
    [InlineData("[{\"type\":\"TYPING\"")]
    public void Parse_NoArrayOfTypedObjects_IsViolation(string frame) =>
        Assert.Throws<ProtocolViolationException>(() => WireArray.Parse(frame));

    private static ChatView Accepted()
    {
        var view = new ChatView("1");
        view.Acknowledge([], JObject.Parse("""{"type":"INIT_OK","reqId":1,"userId":"1","sessionId":"s","maxBacklogMsgs":100}"""));
        return view;
    }

    private static ChatView Started()
    {
        var view = Accepted();
        foreach (var entry in new[]
        {
            """{"type":"ADD_USERS","mapping":{"1":{"name":"A","nick":{"MAS":"a"}}}}""",
            """{"type":"UPDATE_SETTINGS","settings":{}}""",
            """{"type":"UPDATE_NETWORKS","networks":[]}""",
            """{"type":"UPDATE_FRIENDS","reset":true,"friends":[]}""",
            """{"type":"FINISH_INIT"}""",
        })
            view.Apply(JObject.Parse(entry));
        return view;
    }

    private static JObject Message(long gid, string userId) => new()
    {
        ["type"] = "ADD_MESSAGE",
        ["windowId"] = 1,
        ["gid"] = gid,
        ["userId"] = userId,
        ["ts"] = 1_700_000_000,
        ["cat"] = "msg",
        ["body"] = "hi",
    };
}
