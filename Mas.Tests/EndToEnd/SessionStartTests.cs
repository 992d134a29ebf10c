using System.Net.WebSockets;
using System.Text;
using Mas.Tests.Client;
using Mas.Tests.Harness;

namespace Mas.Tests.EndToEnd;

[Collection(SharedSystem.Name)]
public sealed class SessionStartTests(SharedSystem shared)
{
    private readonly MasSystem _mas = shared.Mas;

    [Theory]
    [InlineData(MasCredential.Cookie)]
    [InlineData(MasCredential.Secret)]
    [InlineData(MasCredential.Ticket)]
    public async Task Init_WithEachCredential_StartsASession(MasCredential credential)
    {
        var login = await _mas.NewUserAsync("init");
        var client = await _mas.ConnectAsync(login, new MasClientOptions { Credential = credential });

        Assert.Equal(login.Nick, client.Read(view => view.Users[login.UserId]["nick"]!["MAS"]!.ToString()));
        var redis = _mas.Redis.Database;
        Assert.NotNull(await redis.SortedSetScoreAsync($"sessionlist:{login.UserId}", client.SessionId));
        Assert.NotNull(await redis.SortedSetScoreAsync("sessionlastheartbeat", $"{login.UserId}:{client.SessionId}"));
        Assert.True(await redis.SetContainsAsync($"sessionknownuserids:{login.UserId}:{client.SessionId}", login.UserId));
        Assert.Equal("0", (string?)await redis.HashGetAsync($"user:{login.UserId}", "lastlogout"));
    }

    [Fact]
    public async Task Close_LastSession_LeavesNothingAndSetsLastLogout()
    {
        var client = await _mas.NewClientAsync("close");
        await client.CreateAsync(Steps.NewName("close"));
        var before = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        await client.CloseAsync();

        Assert.Equal(WebSocketCloseStatus.NormalClosure, (await client.Ended).CloseStatus);
        var redis = _mas.Redis.Database;
        await Eventually.HoldsAsync(
            async () => !await redis.KeyExistsAsync($"sessionlist:{client.UserId}")
                && !await redis.KeyExistsAsync($"sessionknownuserids:{client.UserId}:{client.SessionId}")
                && !await redis.KeyExistsAsync($"outbox:{client.UserId}:{client.SessionId}")
                && await redis.SortedSetScoreAsync("sessionlastheartbeat", $"{client.UserId}:{client.SessionId}") is null
                && (long)await redis.HashGetAsync($"user:{client.UserId}", "lastlogout") >= before,
            "the session's keys are gone");
        var conversation = await redis.ConversationAsync(client.UserId, 1);
        Assert.False(await redis.HashExistsAsync($"conversationsessions:{conversation}", $"{client.UserId}:{client.SessionId}"));
    }

    [Theory]
    [InlineData("""{"type":"INIT","reqId":1,"version":"2.0","userId":"1","secret":"x"}""", "UNSUPPORTED_PROTOCOL_VERSION")]
    [InlineData("""{"type":"INIT","reqId":1,"userId":"1","secret":"x"}""", "UNSUPPORTED_PROTOCOL_VERSION")]
    [InlineData("""{"type":"INIT","reqId":1,"version":"1.0"}""", "INVALID_SECRET")]
    [InlineData("""{"type":"INIT","reqId":1,"version":"1.0","userId":"1","secret":"forged"}""", "INVALID_SECRET")]
    [InlineData("""{"type":"INIT","reqId":1,"version":"1.0","userId":"999999999","secret":""}""", "INVALID_SECRET")]
    [InlineData("""{"type":"INIT","reqId":1,"version":"1.0","ticket":"forged"}""", "INVALID_SECRET")]
    [InlineData("""{"type":"INIT","reqId":1,"version":1.0}""", "PROTOCOL_ERROR")]
    [InlineData("""{"type":"INIT","reqId":{},"version":"1.0"}""", "PROTOCOL_ERROR")]
    [InlineData("""{"type":"INIT","reqId":1,"version":"1.0","cached":[1]}""", "PROTOCOL_ERROR")]
    [InlineData("""{"type":"INIT","reqId":1,"version":"1.0","maxBacklogMsgs":"many"}""", "PROTOCOL_ERROR")]
    [InlineData("""{"type":"SEND","reqId":1,"windowId":1,"text":"before INIT"}""", "PROTOCOL_ERROR")]
    [InlineData("""{"type":"NONSENSE","reqId":1}""", "PROTOCOL_ERROR")]
    [InlineData("""{"type":["INIT"],"reqId":1}""", "PROTOCOL_ERROR")]
    [InlineData("""[{"type":"INIT","reqId":1,"version":"1.0"}]""", "PROTOCOL_ERROR")]
    [InlineData("INIT", "PROTOCOL_ERROR")]
    [InlineData("", "PROTOCOL_ERROR")]
    [InlineData("{", "PROTOCOL_ERROR")]
    [InlineData("null", "PROTOCOL_ERROR")]
    public async Task FirstFrame_NotAValidInit_TerminatesWithTheCode(string frame, string code)
    {
        await using var session = await RawSession.ConnectAsync(_mas.Address);
        await session.SendAsync(frame);

        var terminate = await session.NextAsync();
        Assert.Equal("TERMINATE", terminate?.Value<string>("type"));
        Assert.Equal(code, terminate!.Value<string>("code"));
        Assert.NotEmpty(terminate.Value<string>("reason")!);
        Assert.Null(await session.NextAsync());
    }

    [Fact]
    public async Task Init_SecretOfAnotherUser_IsRefused()
    {
        var alice = await _mas.NewUserAsync("alice");
        var mallory = await _mas.NewUserAsync("mallory");
        await using var session = await RawSession.OpenAsync(_mas.Address, new { version = "1.0", userId = alice.UserId, secret = mallory.Secret });

        Assert.Equal("INVALID_SECRET", (await session.NextAsync())?.Value<string>("code"));
    }

    [Fact]
    public async Task NoInit_InTime_EndsTheSocket()
    {
        await using var session = await RawSession.ConnectAsync(_mas.Address);

        Assert.Equal("TERMINATE", (await session.NextAsync())?.Value<string>("type"));
        Assert.Null(await session.NextAsync());
    }

    [Fact]
    public async Task Frame_OfMoreThan64KiB_ClosesWith1009()
    {
        var client = await _mas.NewClientAsync("large");
        await client.SendRawAsync("{\"type\":\"SEND\",\"reqId\":\"x\",\"text\":\"" + new string('x', 64 * 1024) + "\"}");

        Assert.Equal(WebSocketCloseStatus.MessageTooBig, (await client.Ended.WaitAsync(Eventually.DefaultDeadline)).CloseStatus);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("{\"reqId\":1}")]
    [InlineData("{\"type\":5,\"reqId\":1}")]
    [InlineData("{\"type\":\"SEND\",\"reqId\":1,\"text\":\"\\ud800")]
    [InlineData("{\"type\":\"INIT\",\"reqId\":1,\"version\":\"1.0\"}")]
    [InlineData("{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}}}")]
    public async Task Frame_Malformed_TerminatesThatSessionOnly(string frame)
    {
        var other = await _mas.NewClientAsync("other");
        var client = await _mas.NewClientAsync("malformed");
        await client.SendRawAsync(frame);

        Assert.Equal("PROTOCOL_ERROR", (await client.Ended.WaitAsync(Eventually.DefaultDeadline)).Code);
        await other.OkAsync("GET_PROFILE");
    }

    [Fact]
    public async Task Frame_BinaryOrBrokenUtf8_TerminatesThatSessionOnly()
    {
        var binary = await _mas.NewClientAsync("binary");
        await binary.SendRawAsync([1, 2, 3], WebSocketMessageType.Binary);
        var broken = await _mas.NewClientAsync("broken");
        await broken.SendRawAsync([.. "{\"type\":\"SEND\",\"reqId\":1,\"windowId\":1,\"text\":\""u8, 0xC3, 0x28, .. "\"}"u8], WebSocketMessageType.Text);

        Assert.Equal("PROTOCOL_ERROR", (await binary.Ended.WaitAsync(Eventually.DefaultDeadline)).Code);
        // RFC 6455, section 8.1: a text frame that is not UTF-8 fails the connection, before MAS sees it.
        Assert.Equal(WebSocketCloseStatus.InvalidPayloadData, (await broken.Ended.WaitAsync(Eventually.DefaultDeadline)).CloseStatus);
    }

    [Fact]
    public async Task Session_TheNinthOfAUser_IsRefused()
    {
        var login = await _mas.NewUserAsync("many");
        for (var i = 0; i < 8; i++)
            await _mas.ConnectAsync(login);

        var refused = await Assert.ThrowsAsync<MasSessionEndedException>(() => MasClient.ConnectAsync(_mas.Address, login));
        Assert.Equal("TOO_MANY_SESSIONS", refused.Termination.Code);
        Assert.Equal(8, await _mas.Redis.Database.SortedSetLengthAsync($"sessionlist:{login.UserId}"));
    }

    [Fact]
    public async Task Upgrade_OffersSubprotocol_GetsIt()
    {
        await using var with = await MasSocket.ConnectAsync(_mas.Address, null);
        await using var without = await MasSocket.ConnectAsync(_mas.Address, null, offerSubprotocol: false);

        Assert.Equal("mas.v1", with.ChosenSubprotocol);
        Assert.Null(without.ChosenSubprotocol);
    }

    [Fact]
    public async Task Upgrade_FromAnotherOrigin_IsForbidden()
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", "https://evil.example");
        socket.Options.CollectHttpResponseDetails = true;

        await Assert.ThrowsAsync<WebSocketException>(() =>
            socket.ConnectAsync(new UriBuilder(_mas.Address) { Scheme = "ws", Path = "/ws" }.Uri, CancellationToken.None));
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, socket.HttpStatusCode);
    }

    [Fact]
    public async Task Ack_ReqIdOfAnyForm_IsRepeatedAsItWas()
    {
        await using var session = await RawSession.OpenAsync(_mas.Address, new { version = "1.0" }, (await _mas.NewUserAsync("reqid")).Cookie);
        Assert.NotNull(await session.NextAsync("FINISH_INIT"));
        foreach (var reqId in new[] { "17", "\"an id\"", "-1.5", "\"\\u00e9\"" })
        {
            await session.SendAsync($$"""{"type":"GET_PROFILE","reqId":{{reqId}}}""");
            var ack = await session.NextAsync("ACK");
            Assert.Equal(Newtonsoft.Json.Linq.JToken.Parse(reqId), ack!["reqId"]);
        }
    }

    [Fact]
    public async Task Request_InManyFragments_IsOneRequest()
    {
        await using var session = await RawSession.OpenAsync(_mas.Address, new { version = "1.0" }, (await _mas.NewUserAsync("parts")).Cookie);
        Assert.NotNull(await session.NextAsync("FINISH_INIT"));
        var request = Encoding.UTF8.GetBytes("""{"type":"GET_PROFILE","reqId":7}""");
        for (var i = 0; i < request.Length; i++)
            await session.Socket.Raw.SendAsync(request.AsMemory(i, 1), WebSocketMessageType.Text, i == request.Length - 1, CancellationToken.None);

        Assert.Equal(7, (await session.NextAsync("ACK"))!.Value<int>("reqId"));
    }
}
