using Mas.Tests.Harness;
using Microsoft.Playwright;

namespace Mas.Tests.Web;

/// <summary>One window at a time, by touch.</summary>
[Collection(WebTalkTests.Name)]
public sealed class PhoneTests(WebSystem web)
{
    private static readonly VisitOptions Phone = new() { Phone = true, Size = (390, 844) };

    [Fact]
    public async Task Phone_WindowOpenedFromTheList_GoesBackToIt()
    {
        await using var bob = await web.NewPeerAsync("bob");
        await using var alice = await web.OpenAsync("alice", Phone);
        await alice.Composer.FillAsync("From the bus");
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Send" }).TapAsync();
        await alice.SeesAsync("From the bus");

        // The button of the page, the button of the browser, and a swipe all go back to the list.
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Back", Exact = true }).TapAsync();
        await Assertions.Expect(alice.Sidebar).ToBeVisibleAsync();
        await Assertions.Expect(alice.Composer).ToBeHiddenAsync();
        await alice.Entry(WebSystem.Lobby).TapAsync();
        await Assertions.Expect(alice.Composer).ToBeVisibleAsync();
        await Assertions.Expect(alice.Sidebar).ToBeHiddenAsync();
        await alice.Page.GoBackAsync();
        await Assertions.Expect(alice.Sidebar).ToBeVisibleAsync();
        await alice.Entry(WebSystem.Lobby).TapAsync();
        // The click that a tap becomes may follow it by a moment.
        await Assertions.Expect(alice.Composer).ToBeVisibleAsync();
        await SwipeFromTheLeftAsync(alice.Page);
        await Assertions.Expect(alice.Sidebar).ToBeVisibleAsync();

        // What comes meanwhile is counted in the list.
        await bob.SayAsync(bob.Window(WebSystem.Lobby), $"Hello {alice.Nick}");
        await alice.Entry(WebSystem.Lobby).Locator(".badge.mention").WaitForAsync();
        await alice.Entry(WebSystem.Lobby).TapAsync();
        await alice.SeesAsync($"Hello {alice.Nick}");
    }

    [Fact]
    public async Task Phone_LongestNickThatAsksToBeAFriend_CanBeAnswered()
    {
        await using var asking = await web.NewPeerAsync("WWWWWWWWWWWWWWW");
        Assert.Equal(25, asking.Login.Nick.Length);
        await using var alice = await web.OpenAsync("alice", Phone);
        await alice.Composer.WaitForAsync();
        await asking.OkAsync("REQUEST_FRIEND", new { userId = alice.Login.UserId });
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Back", Exact = true }).TapAsync();
        await alice.Sidebar.GetByRole(AriaRole.Button, new() { Name = "Friends" }).TapAsync();
        foreach (var answer in new[] { "Accept", "Decline" })
            await Assertions.Expect(alice.Page.GetByRole(AriaRole.Button, new() { Name = answer })).ToBeInViewportAsync(new() { Ratio = 1 });
    }

    [Fact]
    public async Task Phone_AfterAGroupIsLeft_ThereIsAWayBack()
    {
        await using var alice = await web.OpenAsync("alice", Phone);
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Actions for lobby" }).TapAsync();
        await alice.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Leave lobby" }).TapAsync();
        await alice.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Leave" }).TapAsync();
        await alice.Page.GetByText("Welcome to MAS").WaitForAsync();
        await AxeCheck.PassesAsync(alice.Page, "phone, all windows");
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Back", Exact = true }).TapAsync();
        await Assertions.Expect(alice.Sidebar).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Phone_AllWindows_HaveRoomToWrite()
    {
        var login = await web.NewMemberAsync("alice");
        await using (var session = await web.Mas.ConnectAsync(login))
            await session.OkAsync("CREATE", new { name = $"p{Guid.NewGuid():N}"[..12] });
        await using var alice = await web.OpenAsync(login, Phone);
        await alice.Sidebar.GetByRole(AriaRole.Button, new() { Name = "All windows" }).TapAsync();
        var fields = alice.Page.Locator(".tile .composer textarea");
        await Assertions.Expect(fields).ToHaveCountAsync(2);
        foreach (var field in await fields.AllAsync())
            await Eventually.PassesAsync(async () => Assert.InRange(await field.EvaluateAsync<double>("field => field.clientHeight"), 24, 60));
    }

    [Fact]
    public async Task Phone_SwipeOverTheList_DoesNotLeaveThePage()
    {
        await using var alice = await web.OpenAsync("alice", Phone);
        await alice.Composer.WaitForAsync();
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Back", Exact = true }).TapAsync();
        await Assertions.Expect(alice.Sidebar).ToBeVisibleAsync();
        await SwipeFromTheLeftAsync(alice.Page);
        await alice.Entry(WebSystem.Lobby).TapAsync();
        await Assertions.Expect(alice.Composer).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Phone_TapOnAMessage_ShowsItsActions()
    {
        await using var alice = await web.OpenAsync("alice", Phone);
        var text = $"By thumb {Guid.NewGuid():N}";
        await alice.SayAsync(text);
        await alice.SeesAsync(text);
        var message = alice.Confirmed(text);
        var actions = message.GetByRole(AriaRole.Button, new() { Name = "Actions for this message" });
        await Assertions.Expect(actions).ToBeHiddenAsync();
        await message.Locator(".paragraph").TapAsync();
        await actions.TapAsync();
        await alice.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Delete" }).TapAsync();
        await alice.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete" }).TapAsync();
        await Assertions.Expect(alice.Message(text)).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task FirstWindow_ThatComesBehindTheSession_Opens()
    {
        await using var client = await web.NewPeerAsync("late");
        await client.OkAsync("CLOSE", new { windowId = client.Window(WebSystem.Lobby) });
        await client.WaitAsync(view => view.Windows.Count == 0, "no window");
        await using var phone = await web.OpenAsync(client.Login, Phone);
        await using var desktop = await web.OpenAsync(client.Login);
        await desktop.Page.GetByText("Welcome to MAS").WaitForAsync();
        var name = $"late{Guid.NewGuid():N}"[..12];
        await client.OkAsync("CREATE", new { name });
        foreach (var user in new[] { phone, desktop })
            await user.Page.Locator($".pane.full[aria-label=\"{name}\"]").WaitForAsync();
        // Only the first one takes the page.
        await client.OkAsync("CREATE", new { name = $"{name}x" });
        await desktop.Entry($"{name}x").WaitForAsync();
        await Assertions.Expect(desktop.Page.Locator($".pane.full[aria-label=\"{name}\"]")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Phone_AllViews_FitTheScreen()
    {
        await using var alice = await web.OpenAsync("alice", Phone);
        await alice.SayAsync($"{new string('w', 300)} https://example.org/{new string('x', 300)}");
        await alice.SeesAsync("www");
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Members" }).TapAsync();
        await alice.Page.Locator(".members").WaitForAsync();
        Assert.Equal(390, await alice.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        Assert.True(await alice.Page.EvaluateAsync<bool>("[...document.querySelectorAll('.message')].every(row => row.getBoundingClientRect().right <= 391)"));
    }

    private static async Task SwipeFromTheLeftAsync(IPage page) => await page.EvaluateAsync(
        """
        () => {
          const stage = document.querySelector('.stage');
          const at = x => new Touch({ identifier: 1, target: stage, clientX: x, clientY: 400 });
          stage.dispatchEvent(new TouchEvent('touchstart', { touches: [at(10)], changedTouches: [at(10)], bubbles: true }));
          stage.dispatchEvent(new TouchEvent('touchend', { touches: [], changedTouches: [at(200)], bubbles: true }));
        }
        """);
}
