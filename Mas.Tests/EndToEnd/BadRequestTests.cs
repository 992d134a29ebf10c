using Mas.Tests.Harness;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.EndToEnd;

/// <summary>Each request with each of its fields missing, and of a wrong type: always an answer, never an end of the session.</summary>
[Collection(SharedSystem.Name)]
public sealed class BadRequestTests(SharedSystem shared)
{
    private readonly MasSystem _mas = shared.Mas;

    [Theory]
    [InlineData("SEND", "windowId", "text")]
    [InlineData("COMMAND", "windowId", "command")]
    [InlineData("EDIT", "windowId", "gid", "text")]
    [InlineData("CHAT")]
    [InlineData("CLOSE", "windowId")]
    [InlineData("UPDATE", "windowId")]
    [InlineData("SEEN", "windowId", "gid")]
    [InlineData("TYPING", "windowId")]
    [InlineData("UPDATE_TOPIC", "windowId", "topic")]
    [InlineData("UPDATE_PASSWORD", "windowId", "password")]
    [InlineData("UPDATE_ROLE", "windowId", "userId", "role")]
    [InlineData("KICK", "windowId", "userId")]
    [InlineData("FETCH", "windowId")]
    [InlineData("SET", "settings")]
    [InlineData("REQUEST_FRIEND")]
    [InlineData("FRIEND_VERDICT", "userId", "allow")]
    [InlineData("UPDATE_PROFILE")]
    [InlineData("ACKALERT", "alertId")]
    [InlineData("DESTROY_ACCOUNT", "password")]
    public async Task Request_FieldMissingOrOfAnotherType_SaysSo(string type, params string[] needed)
    {
        var client = await _mas.NewClientAsync("bad");
        var windowId = await client.CreateAsync(Steps.NewName("bad"));
        var good = new JObject
        {
            ["windowId"] = windowId,
            ["text"] = "x",
            ["command"] = "me",
            ["gid"] = 1,
            ["topic"] = "x",
            ["password"] = "x",
            ["userId"] = "1",
            ["role"] = "@",
            ["settings"] = new JObject(),
            ["allow"] = true,
            ["alertId"] = 1,
        };
        await client.RefusedAsync("PARAMETER_MISSING", type);
        foreach (var field in needed)
        {
            var request = new JObject(needed.Select(name => new JProperty(name, good[name]!.DeepClone())));
            request.Remove(field);
            await client.RefusedAsync("PARAMETER_MISSING", type, request);
            foreach (var wrong in new JToken[] { new JArray(1), new JObject { ["a"] = 1 }, -1.5 })
            {
                if (field == "settings" && wrong is JObject)
                    continue;
                request[field] = wrong;
                await client.RefusedAsync("PARAMETER_INVALID", type, request);
            }
        }
        // The session is as well as before.
        await client.SayAsync(windowId, "still here");
    }

    [Theory]
    [InlineData("NONSENSE")]
    [InlineData("send")]
    [InlineData("")]
    [InlineData("ACK")]
    public async Task Request_OfUnknownType_IsUnknownRequest(string type) =>
        await (await _mas.NewClientAsync("unknown")).RefusedAsync("UNKNOWN_REQUEST", type);

    [Fact]
    public async Task Request_AbsurdWindowIds_AreInvalidOrNotFound()
    {
        var client = await _mas.NewClientAsync("absurd");
        foreach (var windowId in new[] { "0", "-1", "2147483648", "1e3", "1.5", "\"1\"", "null", "true", "99999999999999999999999999" })
        {
            var request = new JObject();
            var (_, answer) = client.Expect(request);
            await client.SendRawAsync($$"""{"type":"SEND","reqId":{{request["reqId"]}},"windowId":{{windowId}},"text":"x"}""");
            var status = (await answer.WaitAsync(Eventually.DefaultDeadline)).Value<string>("status");
            Assert.Contains(status, new[] { "PARAMETER_INVALID", "PARAMETER_MISSING", "NOT_FOUND" });
        }
    }

    [Fact]
    public async Task Request_WithoutReqId_IsAnsweredAndTheSessionLives()
    {
        await using var session = await RawSession.OpenAsync(_mas.Address, new { version = "1.0" }, (await _mas.NewUserAsync("noreq")).Cookie);
        Assert.NotNull(await session.NextAsync("FINISH_INIT"));
        await session.SendAsync("""{"type":"GET_PROFILE"}""");
        Assert.Equal("PARAMETER_MISSING", (await session.NextAsync("ACK"))!.Value<string>("status"));
        await session.SendAsync("""{"type":"GET_PROFILE","reqId":2}""");
        Assert.Equal("OK", (await session.NextAsync("ACK"))!.Value<string>("status"));
    }
}
