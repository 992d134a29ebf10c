using System.Text;
using System.Text.Json;
using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Tests.Model;

/// <summary>A SEND on its way to the worker: written and read by hand, as the serializer would.</summary>
public sealed class PostMessageJsonTests
{
    private static readonly PostMessage Full = new(
        new Origin("p-1", UserId.Mas(7), "srv-abc", "\"r \\\"1\\\"\""), 42, Category.Message, "quote \" back \\ line \n tab \t é 🙂 </script>", "rid-1", Retry: true, Echo: true);

    private static readonly PostMessage Traced =
        Full with { Origin = Full.Origin with { Traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" } };

    public static TheoryData<PostMessage> Messages =>
        [Full, Full with { ClientRid = null, Retry = false, Echo = false, Cat = Category.Action, Text = "" }, Full with { Origin = new Origin("p-2", UserId.Mas(8)) }, Traced];

    [Theory]
    [MemberData(nameof(Messages))]
    public void Write_AnyMessage_TheSerializerReadsTheSame(PostMessage post)
    {
        Assert.Equal<BackendMessage?>(post, JsonSerializer.Deserialize(post.ToJson(), BackendJson.Default.BackendMessage));
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Read_WrittenByTheSerializer_IsTheSame(PostMessage post)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(post, BackendJson.Default.BackendMessage);

        Assert.Equal(post, PostMessageJson.TryRead(json));
        Assert.Equal((post, null), BackendMessage.FromJson(post.ToJson()));
    }

    [Fact]
    public void Write_NotTraced_SaysNothingOfATrace()
    {
        Assert.Contains("traceparent", Encoding.UTF8.GetString(Traced.ToJson()), StringComparison.Ordinal);
        Assert.DoesNotContain("traceparent", Encoding.UTF8.GetString(Full.ToJson()), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MarkedAsRedelivered_IsTheSame()
    {
        var marked = Mas.Core.Queues.InboxEntry.Marked(Full.ToJson());

        Assert.Null(PostMessageJson.TryRead(marked));
        Assert.Equal((Full, null), BackendMessage.FromJson(marked));
    }

    [Theory]
    [InlineData("""{"type":"SEND","conversationId":1,"cat":"msg","retry":false,"origin":{"rid":"r","userId":"1"}}""")]
    [InlineData("""{"type":"SEND","conversationId":"1","cat":"msg","text":"t","retry":false,"origin":{"rid":"r","userId":"1"}}""")]
    [InlineData("""{"type":"SEND","conversationId":1,"cat":"msg","text":"t","retry":false,"origin":{"rid":"r","userId":"-1"}}""")]
    [InlineData("""{"type":"SEND","conversationId":1,"cat":"msg","text":"t","retry":false,"origin":{"userId":"1"}}""")]
    [InlineData("""{"type":"SEND","conversationId":1,"cat":"msg","text":"t","retry":1,"origin":{"rid":"r","userId":"1"}}""")]
    [InlineData("""{"type":"SEND","conversationId":1,"cat":"msg","text":"t","retry":false,"origin":{"rid":"r","userId":"1"}} x""")]
    [InlineData("""{"type":"SEND","conversationId":1""")]
    public void Read_OtherFields_IsLeftToTheSerializer(string json)
    {
        Assert.Null(PostMessageJson.TryRead(Encoding.UTF8.GetBytes(json)));
    }
}
