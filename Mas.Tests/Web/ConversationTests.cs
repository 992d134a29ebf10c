using System.Collections.Concurrent;
using Mas.Tests.Harness;
using Microsoft.Playwright;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.Web;

/// <summary>People who talk to each other.</summary>
[Collection(WebTalkTests.Name)]
public sealed class ConversationTests(WebSystem web)
{
    [Fact]
    public async Task Messages_OfTwoUsers_ReachEachOther()
    {
        await using var alice = await web.OpenAsync("alice");
        await using var bob = await web.OpenAsync("bob");
        await alice.SayAsync($"Good morning, @{bob.Nick}");
        await bob.SeesAsync("Good morning");
        await bob.SayAsync("And to you");
        await alice.SeesAsync("And to you");
        await bob.SeesAsync("And to you");
        Assert.True(await bob.Page.Locator(".message.mentioned", new() { HasText = "Good morning" }).IsVisibleAsync());
        Assert.Equal(["And to you"], (await alice.BodiesAsync()).Where(body => body == "And to you"));
        Assert.Equal(["And to you"], (await bob.BodiesAsync()).Where(body => body == "And to you"));
    }

    [Fact]
    public async Task Typing_InOneBrowser_IsShownInTheOther()
    {
        await using var alice = await web.OpenAsync("alice");
        await using var bob = await web.OpenAsync("bob");
        await bob.Composer.PressSequentiallyAsync("hm");
        await alice.Page.GetByText($"{bob.Nick} is typing…").WaitForAsync();
    }

    [Fact]
    public async Task OneOnOne_FromTheMemberList_BothHaveIt()
    {
        await using var alice = await web.OpenAsync("alice");
        await using var bob = await web.OpenAsync("bob");
        await alice.Page.Locator(".members").GetByRole(AriaRole.Button, new() { Name = bob.Nick }).ClickAsync();
        await alice.Page.GetByRole(AriaRole.Menuitem, new() { Name = $"Message {bob.Nick}" }).ClickAsync();
        await alice.Page.GetByLabel($"Message to {bob.Nick}").WaitForAsync();
        await alice.SayAsync("Only for you");
        await bob.Entry(alice.Nick).Locator(".badge.mention").WaitForAsync();
        await bob.OpenWindowAsync(alice.Nick);
        await bob.SeesAsync("Only for you");
        await Assertions.Expect(bob.Entry(alice.Nick).Locator(".badge")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Edit_ByArrowUp_IsSeenByTheOther()
    {
        await using var alice = await web.OpenAsync("alice");
        await using var bob = await web.OpenAsync("bob");
        await alice.SayAsync("Teh first try");
        await alice.SeesAsync("Teh first try");
        await alice.Composer.PressAsync("ArrowUp");
        var box = alice.Page.GetByLabel("Edit the message");
        await box.FillAsync("The first try");
        await box.PressAsync("Enter");
        await bob.SeesAsync("The first try");
        await bob.Message("The first try").GetByText("(edited)").WaitForAsync();
        await Assertions.Expect(bob.Message("Teh first try")).ToHaveCountAsync(0);
        await alice.Message("The first try").GetByText("(edited)").WaitForAsync();
        await Assertions.Expect(alice.Composer).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Edit_ByArrowUp_LeadsToAMessageFarAbove()
    {
        await using var bob = await web.NewPeerAsync("bob");
        await using var alice = await web.OpenAsync("alice");
        await alice.SayAsync("long ago");
        await alice.SeesAsync("long ago");
        for (var i = 0; i < 60; i++)
            await bob.SayAsync(bob.Window(WebSystem.Lobby), $"since then {i}.");
        await alice.SeesAsync("since then 59.");
        await Assertions.Expect(alice.Message("long ago")).ToHaveCountAsync(0);
        await alice.Composer.PressAsync("ArrowUp");
        var field = alice.Page.GetByLabel("Edit the message");
        await Assertions.Expect(field).ToBeFocusedAsync();
        await Assertions.Expect(field).ToBeInViewportAsync();
        await Assertions.Expect(field).ToHaveValueAsync("long ago");
        // To look something up meanwhile costs nothing of what is written.
        await field.FillAsync("long ago, and");
        await alice.Page.Keyboard.PressAsync("Alt+End");
        await Assertions.Expect(alice.Message("since then 59.")).ToBeInViewportAsync();
        await Assertions.Expect(field).ToHaveCountAsync(0);
        await Eventually.HoldsAsync(
            async () =>
            {
                await alice.Page.Locator(".pane.full .timeline").EvaluateAsync("list => { list.scrollTop -= 300; }");
                return await field.CountAsync() > 0;
            },
            "the message that is being edited");
        await Assertions.Expect(field).ToHaveValueAsync("long ago, and");
        await field.PressAsync("Escape");
        await Assertions.Expect(alice.Composer).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Delete_AfterTheQuestion_LeavesATraceForBoth()
    {
        await using var alice = await web.OpenAsync("alice");
        await using var bob = await web.OpenAsync("bob");
        var text = $"Forget this {Guid.NewGuid():N}";
        await alice.SayAsync(text);
        await bob.SeesAsync(text);
        var message = alice.Confirmed(text);
        await message.HoverAsync();
        await message.GetByRole(AriaRole.Button, new() { Name = "Actions for this message" }).ClickAsync();
        await alice.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Delete" }).ClickAsync();
        await alice.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Assertions.Expect(bob.Message(text)).ToHaveCountAsync(0);
        await Assertions.Expect(alice.Message(text)).ToHaveCountAsync(0);
        await bob.Page.GetByText("This message was deleted.").Last.WaitForAsync();
    }

    [Fact]
    public async Task History_ScrollingUp_LoadsOlderMessagesWithoutAJump()
    {
        await using var writer = await web.NewPeerAsync("writer");
        await writer.OkAsync("CREATE", new { name = NewName("long") });
        var name = writer.Read(view => view.Windows.Values.Single(window => window.Name.StartsWith("long", StringComparison.Ordinal)).Name);
        var window = writer.Window(name);
        for (var i = 1; i <= 350; i++)
            await writer.SayAsync(window, $"line {i}.");
        await using var alice = await web.OpenAsync("alice");
        await alice.Composer.FillAsync($"/join {name}");
        await alice.Composer.PressAsync("Enter");
        await alice.Page.Locator($".pane.full[aria-label=\"{name}\"]").WaitForAsync();
        await alice.SeesAsync("line 350.");
        var list = alice.Page.Locator(".pane.full .timeline");
        // Whatever is loaded above, the row under the eye stays where it is.
        await list.EvaluateAsync("list => { list.scrollTop = 700; }");
        await Eventually.HoldsAsync(async () => await list.EvaluateAsync<bool>("list => list.scrollTop < 1000"), "the list to be scrolled");
        var gid = await list.EvaluateAsync<string>(
            "list => [...list.querySelectorAll('.message[data-gid]')].find(row => row.getBoundingClientRect().top > list.getBoundingClientRect().top).dataset.gid");
        var first = alice.Page.Locator($".pane.full .message[data-gid=\"{gid}\"]");
        var before = await first.EvaluateAsync<double>("row => row.getBoundingClientRect().top");
        await list.EvaluateAsync("list => { list.scrollTop -= 300; }");
        await Eventually.HoldsAsync(async () => await list.EvaluateAsync<double>("list => list.scrollTop") > 1500, "older messages above");
        var after = await first.EvaluateAsync<double>("row => row.getBoundingClientRect().top");
        Assert.InRange(after - before, 295, 305);
        await Eventually.HoldsAsync(
            async () =>
            {
                await list.EvaluateAsync("list => { list.scrollTop = 0; }");
                return await alice.Confirmed("line 1.").CountAsync() > 0;
            },
            "the first message");
        await alice.Page.GetByText($"This is where {name} begins.").WaitForAsync();
        // All of them were drawn in few rows.
        Assert.InRange(await alice.Page.Locator(".pane.full .timeline-row").CountAsync(), 5, 120);
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Jump to the latest message" }).ClickAsync();
        await alice.SeesAsync("line 350.");
    }

    [Theory]
    [InlineData("scrollbar", 100)]
    // A key's leap is animated: it may be on its way still when older messages are asked for, and when they come.
    [InlineData("Home", 600)]
    public async Task History_ReachedAtALeap_KeepsTheFirstMessageInPlace(string by, int within)
    {
        await using var writer = await web.NewPeerAsync("writer");
        var name = NewName("leap");
        await writer.OkAsync("CREATE", new { name });
        for (var i = 1; i <= 350; i++)
            await writer.SayAsync(writer.Window(name), $"line {i}.");
        var login = await web.Mas.NewUserAsync("alice");
        await using var alice = new WebUser(await web.VisitAsync(), login);
        await alice.Visitor.UseLoginAsync(login);
        // Older messages are asked for by the gid of the first that is held.
        var asked = new ConcurrentQueue<long>();
        var answered = 0;
        alice.Page.WebSocket += (_, socket) =>
        {
            socket.FrameSent += (_, frame) =>
            {
                if (frame.Text is { } text && JObject.Parse(text) is var request && request.Value<string>("type") == "FETCH")
                    asked.Enqueue(request.Value<long>("before"));
            };
            socket.FrameReceived += (_, frame) => Interlocked.Add(ref answered, frame.Text is { } text ? JArray.Parse(text).Count(entry => entry["msgs"] is not null) : 0);
        };
        await alice.OpenPageAsync();
        await alice.SayAsync($"/join {name}");
        await alice.SeesAsync("line 350.");
        await Eventually.HoldsAsync(() => Volatile.Read(ref answered) == asked.Count, "nothing to be under way");
        var before = asked.Count;

        // What is uppermost then is the line of the day. It will stand above the older messages, and may not take the reader there.
        var list = alice.Page.Locator(".pane.full .timeline");
        if (by == "scrollbar")
            await list.EvaluateAsync("list => { list.scrollTop = 0; }");
        else
            await list.PressAsync(by);
        await Eventually.HoldsAsync(() => asked.Count > before, "a request for older messages");
        await Eventually.HoldsAsync(async () => await list.EvaluateAsync<double>("list => list.scrollTop") > 1000, "older messages above");
        var first = asked.Skip(before).First();
        const string Place =
            """
            async (list, gid) => {
              for (let frames = 0; frames < 20; frames++) await new Promise(done => requestAnimationFrame(done));
              return list.querySelector(`[data-gid="${gid}"]`).getBoundingClientRect().top - list.getBoundingClientRect().top;
            }
            """;
        Assert.InRange(await list.EvaluateAsync<double>(Place, first), -within, within);
        // It is in the middle of what is held, so there is no need to ask for more.
        Assert.Equal(1, asked.Count - before);
    }

    [Fact]
    public async Task Edit_OfTheNewestMessage_ShowsTheWholeFieldAndStaysAtTheNewest()
    {
        await using var alice = await web.OpenAsync("alice", new VisitOptions { Size = (1000, 600) });
        await using var bob = await web.NewPeerAsync("bob");
        var name = NewName("edit");
        await CreateByDialogAsync(alice.Page, name);
        await bob.OkAsync("JOIN", new { network = "MAS", name });
        await bob.WaitAsync(view => view.Group(name) is not null, "the group");
        for (var i = 0; i < 30; i++)
            await bob.SayAsync(bob.Window(name), $"line {i}");
        await alice.SayAsync("the newest");
        await alice.SeesAsync("the newest");
        await alice.Composer.PressAsync("ArrowUp");
        await alice.Page.Locator(".edit").WaitForAsync();
        await alice.Page.WaitForFunctionAsync("() => document.querySelector('.edit-foot').getBoundingClientRect().bottom <= document.querySelector('.pane.full .timeline').getBoundingClientRect().bottom");
        await bob.SayAsync(bob.Window(name), "and one more");
        await alice.SeesAsync("and one more");
        await alice.Page.WaitForFunctionAsync("() => { const list = document.querySelector('.pane.full .timeline'); return list.scrollHeight - list.scrollTop - list.clientHeight < 24; }");
        await Assertions.Expect(alice.Page.Locator(".pane.full .latest")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Tabs_OfOneUser_StayInStep()
    {
        await using var alice = await web.OpenAsync("alice");
        await using var bob = await web.NewPeerAsync("bob");
        var tab = await alice.Visitor.NewTabAsync();
        await tab.GotoAsync("/");
        await tab.Locator(".shell").WaitForAsync();
        await tab.GetByRole(AriaRole.Button, new() { Name = "All windows", Exact = true }).ClickAsync();

        // What one tab says, the other hears. A page behind another draws once a second.
        await alice.Page.BringToFrontAsync();
        await alice.SayAsync("From the first tab");
        await tab.Locator(".message[data-gid]", new() { HasText = "From the first tab" }).WaitForAsync();

        // Windows.
        var name = NewName("tabs");
        await CreateByDialogAsync(alice.Page, name);
        await tab.Locator($".side-item[title=\"{name}\"]").WaitForAsync();

        // Read markers: what is read in one is read in the other.
        await using var other = await web.NewPeerAsync("other");
        await other.OkAsync("JOIN", new { network = "MAS", name });
        await other.WaitAsync(view => view.Group(name) is not null, "the group");
        await alice.OpenWindowAsync(WebSystem.Lobby);
        await tab.BringToFrontAsync();
        await tab.GetByRole(AriaRole.Button, new() { Name = "Friends" }).ClickAsync();
        await other.SayAsync(other.Window(name), "Are you there?");
        await tab.Locator($".side-item[title=\"{name}\"] .badge").WaitForAsync();
        await alice.Page.BringToFrontAsync();
        await alice.OpenWindowAsync(name);
        await alice.SeesAsync("Are you there?");
        await Assertions.Expect(tab.Locator($".side-item[title=\"{name}\"] .badge")).ToHaveCountAsync(0);

        // What is being written, until it is sent.
        await tab.Locator($".side-item[title=\"{name}\"]").ClickAsync();
        var field = tab.Locator(".pane.full .composer textarea");
        await Assertions.Expect(field).ToHaveValueAsync("");
        await alice.Composer.FillAsync("half a thought");
        await Assertions.Expect(field).ToHaveValueAsync("half a thought");
        await alice.Composer.PressAsync("Enter");
        await Assertions.Expect(field).ToHaveValueAsync("");

        // Settings.
        await alice.Page.Keyboard.PressAsync("Control+Comma");
        await alice.Page.Locator("label.segment", new() { HasText = "Dark" }).ClickAsync();
        await tab.Locator("html[data-theme=dark]").WaitForAsync();
    }

    [Fact]
    public async Task Owner_WithTheMembersMenu_MakesAnOperatorAndRemovesSomebody()
    {
        await using var owner = await web.OpenAsync("owner");
        await using var guest = await web.OpenAsync("guest");
        var name = NewName("roles");
        await CreateByDialogAsync(owner.Page, name);
        await guest.SayAsync($"/join {name}");
        await guest.Page.Locator($".pane.full[aria-label=\"{name}\"]").WaitForAsync();
        var member = owner.Page.Locator(".members").GetByRole(AriaRole.Button, new() { Name = guest.Nick });
        await member.ClickAsync();
        await owner.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Make operator" }).ClickAsync();
        await guest.Page.Locator(".members h4", new() { HasText = "Operators · 1" }).WaitForAsync();
        await guest.Page.GetByRole(AriaRole.Button, new() { Name = "Topic: No topic yet" }).ClickAsync();
        await guest.Page.GetByRole(AriaRole.Textbox, new() { Name = "Topic" }).FillAsync("Set by the guest");
        await guest.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await owner.Page.GetByRole(AriaRole.Button, new() { Name = "Topic: Set by the guest" }).WaitForAsync();
        await member.ClickAsync();
        await owner.Page.GetByRole(AriaRole.Menuitem, new() { Name = $"Remove from {name}…" }).ClickAsync();
        await owner.Page.GetByLabel("Reason (optional)").FillAsync("Enough");
        await owner.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await Assertions.Expect(guest.Entry(name)).ToHaveCountAsync(0);
        await owner.Page.Locator(".message.kick", new() { HasText = "Enough" }).WaitForAsync();
    }

    [Fact]
    public async Task Friends_AskedAndAccepted_SeePresence()
    {
        await using var alice = await web.OpenAsync("alice");
        var bob = await web.OpenAsync("bob");
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Friends" }).ClickAsync();
        await alice.Page.GetByLabel("Add a friend by nick").FillAsync(bob.Nick);
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Ask" }).ClickAsync();
        await bob.Page.GetByText($"{alice.Nick} wants to be your friend.").WaitForAsync();
        await bob.Sidebar.GetByRole(AriaRole.Button, new() { Name = "Friends" }).ClickAsync();
        await bob.Page.GetByRole(AriaRole.Button, new() { Name = "Accept" }).ClickAsync();
        await alice.Page.GetByRole(AriaRole.Region, new() { Name = "Online" }).GetByText(bob.Nick).WaitForAsync();
        await bob.DisposeAsync();
        await alice.Page.GetByRole(AriaRole.Region, new() { Name = "Offline" }).GetByText(bob.Nick).WaitForAsync();
    }

    [Fact]
    public async Task Commands_ThatFail_SaySoAtTheComposerAndMeIsAnAction()
    {
        await using var alice = await web.OpenAsync("alice");
        await alice.SayAsync("/nosuch thing");
        await alice.Page.Locator(".complaint", new() { HasText = "/nosuch" }).WaitForAsync();
        // What failed is there to be put right, and the complaint gone as soon as it is.
        await Assertions.Expect(alice.Composer).ToHaveValueAsync("/nosuch thing");
        await alice.Composer.PressAsync("Backspace");
        await Assertions.Expect(alice.Page.Locator(".complaint")).ToHaveCountAsync(0);
        await alice.SayAsync("/me waves");
        await alice.Page.Locator(".message.action[data-gid]", new() { HasText = "waves" }).WaitForAsync();
        await alice.SayAsync("//not a command");
        await alice.SeesAsync("/not a command");
    }

    private static string NewName(string begin) => $"{begin}{Guid.NewGuid():N}"[..14];

    private static async Task CreateByDialogAsync(IPage page, string name)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Join or create" }).First.ClickAsync();
        await page.Locator("label.segment", new() { HasText = "New group" }).ClickAsync();
        await page.GetByLabel("Name of the group").FillAsync(name);
        await page.Keyboard.PressAsync("Enter");
        await page.Locator($".pane.full[aria-label=\"{name}\"]").WaitForAsync();
    }
}
