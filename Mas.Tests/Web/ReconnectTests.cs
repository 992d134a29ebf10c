using Microsoft.Playwright;

namespace Mas.Tests.Web;

/// <summary>What a break of the connection does to a conversation: nothing.</summary>
[Collection(WebTests.Name)]
public sealed class ReconnectTests(WebSystem web)
{
    /// <summary>What the browser itself says about a server that isn't there.</summary>
    private static readonly VisitOptions WithoutServer = new() { ExpectedErrors = ["WebSocket connection to", "ERR_CONNECTION_REFUSED", "ERR_INTERNET_DISCONNECTED"] };

    [Fact]
    public async Task ServerRestarts_MessagesWrittenMeanwhileOnBothSides_ArriveOnceAndInOrder()
    {
        await using var alice = await web.OpenAsync("alice", WithoutServer);
        await using var bob = await web.OpenAsync("bob", WithoutServer);
        await alice.SayAsync("before 0");
        await bob.SeesAsync("before 0");

        await web.Mas.Servers[0].Process.StopAsync();
        await alice.Page.Locator(".banner.offline").WaitForAsync();
        foreach (var text in new[] { "from alice 1", "from alice 2", "from alice 3" })
            await alice.SayAsync(text);
        foreach (var text in new[] { "from bob 1", "from bob 2" })
            await bob.SayAsync(text);
        await alice.Message("from alice 3").GetByText("Will be sent when you are back online").WaitForAsync();
        await web.Mas.StartServerAgainAsync(0);
        await web.Mas.IsReadyAsync();

        foreach (var user in new[] { alice, bob })
        {
            foreach (var text in new[] { "from alice 1", "from alice 2", "from alice 3", "from bob 1", "from bob 2" })
                await user.SeesAsync(text);
            var bodies = await user.BodiesAsync();
            Assert.Equal(["from alice 1", "from alice 2", "from alice 3"], bodies.Where(body => body.StartsWith("from alice", StringComparison.Ordinal)));
            Assert.Equal(["from bob 1", "from bob 2"], bodies.Where(body => body.StartsWith("from bob", StringComparison.Ordinal)));
            Assert.Single(bodies, body => body == "before 0");
            await Assertions.Expect(user.Page.Locator(".banner.offline")).ToHaveCountAsync(0);
        }
        // How much is drawn above may differ.
        Assert.Equal((await alice.BodiesAsync()).SkipWhile(body => body != "before 0"), (await bob.BodiesAsync()).SkipWhile(body => body != "before 0"));
    }

    [Fact]
    public async Task ServerKilled_WhileAMessageIsUnderWay_ItIsThereOnce()
    {
        await using var alice = await web.OpenAsync("alice", WithoutServer);
        await alice.SayAsync("calm");
        await alice.SeesAsync("calm");
        var tag = Guid.NewGuid().ToString("N")[..8];
        for (var i = 0; i < 10; i++)
            await alice.SayAsync($"{tag} {i}");
        await web.Mas.Servers[0].Process.KillAsync();
        await web.Mas.StartServerAgainAsync(0);
        await web.Mas.IsReadyAsync();
        for (var i = 0; i < 10; i++)
            await alice.SeesAsync($"{tag} {i}");
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{tag} {i}"), (await alice.BodiesAsync()).Where(body => body.StartsWith(tag, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Reload_WithUnsentMessages_SendsThemLater()
    {
        await using var alice = await web.OpenAsync("alice", WithoutServer);
        var text = $"kept {Guid.NewGuid():N}";
        await web.Mas.Servers[0].Process.StopAsync();
        await alice.Page.Locator(".banner.offline").WaitForAsync();
        await alice.SayAsync(text);
        await alice.Message(text).WaitForAsync();
        await web.Mas.StartServerAgainAsync(0);
        await web.Mas.IsReadyAsync();
        await alice.Page.ReloadAsync();
        await alice.SeesAsync(text);
        Assert.Single(await alice.BodiesAsync(), body => body == text);
    }

    [Fact]
    public async Task Command_TypedOffline_IsShownToWaitUntilItIsSent()
    {
        await using var alice = await web.OpenAsync("alice", WithoutServer);
        var name = $"wait{Guid.NewGuid():N}"[..12];
        await web.Mas.Servers[0].Process.StopAsync();
        await alice.Page.Locator(".banner.offline").WaitForAsync();
        await alice.SayAsync($"/join {name}");
        var waiting = alice.Page.Locator(".pane.full .composer").GetByRole(AriaRole.Status);
        await Assertions.Expect(waiting).ToContainTextAsync($"/join {name}");
        await Assertions.Expect(waiting).ToContainTextAsync("Will be sent when you are back online");
        await AxeCheck.PassesInBothThemesAsync(alice.Page, "waiting command");
        await web.Mas.StartServerAgainAsync(0);
        await web.Mas.IsReadyAsync();
        await alice.Page.Locator(".complaint", new() { HasText = "/join" }).WaitForAsync();
        await Assertions.Expect(waiting).ToBeEmptyAsync();
    }

    [Fact]
    public async Task RedisFull_MessageWrittenMeanwhile_WaitsAndIsSentOnce()
    {
        await using var alice = await web.OpenAsync("alice");
        var text = $"patient {Guid.NewGuid():N}";
        await web.Mas.Redis.Database.ExecuteAsync("CONFIG", "SET", "maxmemory", "1");
        try
        {
            await alice.SayAsync(text);
            await alice.Message(text).GetByText("Will be sent when the server accepts it").WaitForAsync();
        }
        finally
        {
            await web.Mas.Redis.Database.ExecuteAsync("CONFIG", "SET", "maxmemory", "0");
        }
        await alice.SeesAsync(text);
        Assert.Single(await alice.BodiesAsync(), body => body == text);
    }
}
