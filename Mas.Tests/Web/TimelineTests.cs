using System.Globalization;
using System.Text.RegularExpressions;
using Mas.Tests.Client;
using Mas.Tests.Harness;
using Microsoft.Playwright;

namespace Mas.Tests.Web;

/// <summary>How messages are shown beyond their text: what is new, what is missing, who came and went, pictures.</summary>
[Collection(WebTalkTests.Name)]
public sealed class TimelineTests(WebSystem web)
{
    [Fact]
    public async Task New_IsMarkedBeforeTheFirstUnreadMessage_AndGoesWhenItWasRead()
    {
        await using var bob = await web.NewPeerAsync("bob");
        await using var alice = await web.OpenAsync("alice");
        await alice.SayAsync("read already");
        await alice.SeesAsync("read already");
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Friends" }).ClickAsync();
        await bob.SayAsync(bob.Window(WebSystem.Lobby), "first unread");
        await bob.SayAsync(bob.Window(WebSystem.Lobby), "second unread");
        await Assertions.Expect(alice.Entry(WebSystem.Lobby).Locator(".badge")).ToContainTextAsync("2 unread messages");
        await alice.OpenWindowAsync(WebSystem.Lobby);
        await alice.SeesAsync("second unread");
        var rows = await alice.Page.Locator(".pane.full .timeline-row").AllInnerTextsAsync();
        var marker = rows.ToList().FindIndex(row => row.Trim() == "New");
        Assert.Contains("first unread", rows[marker + 1]);
        await Assertions.Expect(alice.Entry(WebSystem.Lobby).Locator(".badge")).ToHaveCountAsync(0);

        // Gone for good once the user has been elsewhere.
        await alice.SayAsync($"/query {bob.Login.Nick}");
        await alice.Page.Locator($".pane.full[aria-label=\"{bob.Login.Nick}\"]").WaitForAsync();
        await alice.OpenWindowAsync(WebSystem.Lobby);
        await Assertions.Expect(alice.Page.Locator(".divider.new")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task NewMessages_FarAboveTheViewport_AreToldAndLedTo()
    {
        await using var bob = await web.NewPeerAsync("bob");
        await using var alice = await web.OpenAsync("alice");
        var page = alice.Page;
        var name = await SharedGroupAsync(bob, alice);
        await alice.SayAsync("read already");
        await alice.SeesAsync("read already");
        await page.GetByRole(AriaRole.Button, new() { Name = "Friends" }).ClickAsync();
        for (var i = 0; i < 60; i++)
            await bob.SayAsync(bob.Window(name), i == 30 ? $"{alice.Nick}: in the middle" : $"missed {i}.");
        await Assertions.Expect(alice.Entry(name).Locator(".badge.mention")).ToContainTextAsync("60 unread messages");
        await alice.OpenWindowAsync(name);
        await alice.SeesAsync("missed 59.");

        // It is told as long as the line has not been in sight; what is for the reader is led to as well.
        var bar = page.Locator(".unseen");
        await Assertions.Expect(bar).ToContainTextAsync("60 new messages");
        await AxeCheck.PassesAsync(page, "unseen");
        await bar.GetByRole(AriaRole.Button, new() { Name = "You are mentioned" }).ClickAsync();
        await Assertions.Expect(alice.Message("in the middle")).ToBeInViewportAsync();
        await Assertions.Expect(bar).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Alt+Home");
        await Assertions.Expect(page.Locator(".divider.new")).ToBeInViewportAsync();
        await Assertions.Expect(alice.Message("missed 0.")).ToBeInViewportAsync();
        await Assertions.Expect(bar).ToHaveCountAsync(0);
        await page.Keyboard.PressAsync("Alt+End");
        await Assertions.Expect(alice.Message("missed 59.")).ToBeInViewportAsync();
        await Assertions.Expect(bar).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task New_InAWindowThatStaysOpen_MovesOnWithEachAbsence()
    {
        await using var bob = await web.NewPeerAsync("bob");
        await using var alice = await web.OpenAsync("alice");
        var name = await SharedGroupAsync(bob, alice);
        await alice.SayAsync("here");
        await alice.SeesAsync("here");
        foreach (var text in new[] { "first absence", "second absence" })
        {
            await alice.Page.EvaluateAsync("() => { document.hasFocus = () => false; dispatchEvent(new Event('blur')); }");
            await bob.SayAsync(bob.Window(name), text);
            await bob.SayAsync(bob.Window(name), $"more of the {text}");
            await alice.Entry(name).Locator(".badge").WaitForAsync();
            await Assertions.Expect(alice.Message($"more of the {text}")).ToBeVisibleAsync();
            await alice.Page.EvaluateAsync("() => { document.hasFocus = () => true; dispatchEvent(new Event('focus')); }");
            await Assertions.Expect(alice.Entry(name).Locator(".badge")).ToHaveCountAsync(0);
            var rows = await alice.Page.Locator(".pane.full .timeline-row").AllInnerTextsAsync();
            var marker = rows.ToList().FindIndex(row => row.Trim() == "New");
            Assert.Contains(text, rows[marker + 1]);
            Assert.DoesNotContain("more of the", rows[marker + 1]);
        }
    }

    [Fact]
    public async Task MoreMissedThanTheServerKeeps_LeavesAGap_ThatSaysWhatItIs()
    {
        await using var bob = await web.NewPeerAsync("bob");
        await using var alice = await web.OpenAsync("alice", new VisitOptions { ExpectedErrors = ["WebSocket connection to", "ERR_INTERNET_DISCONNECTED"] });
        // Sockets that are open outlive the browser's switch for the network.
        await alice.Page.AddInitScriptAsync("window.sockets = []; window.WebSocket = class extends WebSocket { constructor(...given) { super(...given); window.sockets.push(this); } };");
        await alice.OpenPageAsync();
        var name = await SharedGroupAsync(bob, alice);
        await bob.SayAsync(bob.Window(name), "before the gap");
        await alice.SeesAsync("before the gap");
        await alice.Visitor.SetOfflineAsync(true);
        await alice.Page.EvaluateAsync("() => window.sockets.at(-1).close()");
        await alice.Page.Locator(".banner.offline", new() { HasText = "You are offline." }).WaitForAsync();
        for (var i = 0; i < 1100; i += 50)
            await Task.WhenAll(Enumerable.Range(i, 50).Select(n => bob.SayAsync(bob.Window(name), $"missed {n}")));
        await alice.Visitor.SetOfflineAsync(false);
        await alice.Page.Locator(".pane.full .message", new() { HasTextRegex = new Regex("^.*missed 10[0-9][0-9]", RegexOptions.Singleline) }).First.WaitForAsync();
        await Assertions.Expect(alice.Page.Locator(".unseen")).ToContainTextAsync("99+ new messages");

        var gap = alice.Page.Locator(".pane.full .gap");
        await Eventually.HoldsAsync(
            async () =>
            {
                await alice.Page.Locator(".pane.full .timeline").EvaluateAsync("list => { list.scrollTop = 0; }");
                return await gap.CountAsync() > 0;
            },
            "the gap");
        await Assertions.Expect(gap).ToContainTextAsync("Some messages are missing here.");
        await gap.GetByRole(AriaRole.Button, new() { Name = "Load them" }).ClickAsync();
        await Assertions.Expect(gap).ToHaveTextAsync("Messages are missing here. The server no longer has them.");
        await alice.SeesAsync("before the gap");
    }

    [Fact]
    public async Task ComingAndGoing_IsFoldedIntoOneLine_ThatOpens()
    {
        await using var bob = await web.NewPeerAsync("bob");
        await using var alice = await web.OpenAsync("alice");
        var name = await SharedGroupAsync(bob, alice);
        await alice.SayAsync("before they come");
        await alice.SeesAsync("before they come");
        var guests = new List<MasClient>();
        for (var i = 0; i < 4; i++)
        {
            var guest = await web.NewPeerAsync($"guest{i}");
            guests.Add(guest);
            await guest.OkAsync("JOIN", new { network = "MAS", name });
            await guest.WaitAsync(view => view.Group(name) is not null, "the window");
        }
        await guests[0].OkAsync("CLOSE", new { windowId = guests[0].Window(name) });
        var line = alice.Page.Locator(".pane.full .noise-line").Last;
        await Assertions.Expect(line).ToHaveTextAsync("3 joined, 1 came and went");
        await line.ClickAsync();
        await Assertions.Expect(alice.Page.Locator(".pane.full .noise").Last.Locator(".message.event")).ToHaveCountAsync(5);
        foreach (var guest in guests)
            await guest.DisposeAsync();
    }

    [Fact]
    public async Task LinkedImage_Clicked_IsLoadedOnlyThen()
    {
        await using var alice = await web.OpenAsync("alice");
        var asked = 0;
        await alice.Page.RouteAsync("https://pictures.example/**", async route =>
        {
            asked++;
            await route.FulfillAsync(new() { ContentType = "image/svg+xml", Body = "<svg xmlns='http://www.w3.org/2000/svg' width='40' height='30'><rect width='40' height='30' fill='teal'/></svg>" });
        });
        var link = $"https://pictures.example/{Guid.NewGuid():N}.png";
        await alice.SayAsync($"look {link}");
        var message = alice.Confirmed(link);
        await message.GetByRole(AriaRole.Button, new() { Name = "Show the image" }).ClickAsync(new() { Trial = true });
        Assert.Equal(0, asked);
        await message.GetByRole(AriaRole.Button, new() { Name = "Show the image" }).ClickAsync();
        var image = message.GetByRole(AriaRole.Img, new() { Name = "Image from pictures.example" });
        await Eventually.HoldsAsync(async () => await image.EvaluateAsync<int>("image => image.naturalWidth") == 40, "the picture");
        Assert.Equal(1, asked);
        Assert.Equal("no-referrer", await image.GetAttributeAsync("referrerpolicy"));
        await message.GetByRole(AriaRole.Button, new() { Name = "Hide the image" }).ClickAsync();
        await Assertions.Expect(image).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task LinkedImage_ThatComesLate_LeavesTheNewestInSight()
    {
        await using var bob = await web.NewPeerAsync("bob");
        await using var alice = await web.OpenAsync("alice");
        var name = await SharedGroupAsync(bob, alice);
        var coming = new TaskCompletionSource();
        await alice.Page.RouteAsync("https://pictures.example/**", async route =>
        {
            await coming.Task;
            await route.FulfillAsync(new() { ContentType = "image/svg+xml", Body = "<svg xmlns='http://www.w3.org/2000/svg' width='400' height='300'><rect width='400' height='300' fill='teal'/></svg>" });
        });
        for (var i = 0; i < 40; i++)
            await bob.SayAsync(bob.Window(name), $"line {i}");
        await bob.SayAsync(bob.Window(name), "look https://pictures.example/late.png");
        await alice.Message("late.png").GetByRole(AriaRole.Button, new() { Name = "Show the image" }).ClickAsync();
        await alice.Page.Mouse.MoveAsync(1, 1);
        await alice.Composer.FocusAsync();
        coming.SetResult();
        await alice.Page.WaitForFunctionAsync("() => document.querySelector('.linked-image img').getBoundingClientRect().height >= 250");
        await alice.Page.WaitForFunctionAsync("() => { const list = document.querySelector('.pane.full .timeline'); return list.scrollHeight - list.scrollTop - list.clientHeight < 24; }");
    }

    [Fact]
    public async Task Time_UnderAnAuthorsName_ComesWithPointerOrFocusAndMovesNothing()
    {
        await using var bob = await web.NewPeerAsync("bob");
        await using var alice = await web.OpenAsync("alice");
        var name = await SharedGroupAsync(bob, alice);
        var timeOfDay = new Regex("^1?\\d:\\d\\d\\s[AP]M$");
        foreach (var text in new[] { "under whose name", "by the pointer", "by the focus" })
            await bob.SayAsync(bob.Window(name), text);
        await Assertions.Expect(alice.Message("under whose name").Locator("time")).ToHaveTextAsync(timeOfDay);
        foreach (var (text, come) in new (string, Func<ILocator, Task>)[] { ("by the pointer", row => row.HoverAsync()), ("by the focus", row => row.FocusAsync()) })
        {
            var row = alice.Message(text);
            await Assertions.Expect(row).ToHaveAttributeAsync("aria-description", timeOfDay);
            await Assertions.Expect(row.Locator("time")).ToHaveCountAsync(0);
            var before = await row.Locator(".body").BoundingBoxAsync();
            await come(row);
            await Assertions.Expect(row.Locator("time")).ToHaveTextAsync(new Regex("^\\d?\\d:\\d\\d$"));
            var after = await row.Locator(".body").BoundingBoxAsync();
            Assert.Equal((before!.X, before.Y, before.Width, before.Height), (after!.X, after.Y, after.Width, after.Height));
        }
    }

    [Fact]
    public async Task Days_AreDivided_AndAuthorsGrouped()
    {
        await using var bob = await web.NewPeerAsync("bob");
        await using var alice = await web.OpenAsync("alice");
        var name = await SharedGroupAsync(bob, alice);
        for (var i = 0; i < 3; i++)
            await bob.SayAsync(bob.Window(name), $"block {i}");
        await alice.SayAsync("mine");
        await alice.SeesAsync("mine");
        Assert.Equal(
            ["first", "continued", "continued", "first"],
            (await alice.Page.Locator(".pane.full .message.msg").EvaluateAllAsync<string[]>("rows => rows.map(row => ['first', 'continued'].find(name => row.classList.contains(name)))")).TakeLast(4));
        await alice.Page.Locator(".pane.full .divider.day", new() { HasText = "Today" }).WaitForAsync();
        var expected = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        Assert.StartsWith(expected, await alice.Message("mine").Last.Locator("time").GetAttributeAsync("datetime"));
    }

    /// <summary>A group of both, in full size before the page's user.</summary>
    private static async Task<string> SharedGroupAsync(MasClient owner, WebUser guest)
    {
        var name = $"t{Guid.NewGuid():N}"[..12];
        await owner.OkAsync("CREATE", new { name });
        await guest.SayAsync($"/join {name}");
        await guest.Page.Locator($".pane.full[aria-label=\"{name}\"]").WaitForAsync();
        return name;
    }
}
