using Mas.Tests.Client;
using Mas.Tests.Harness;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.EndToEnd;

[Collection(SharedSystem.Name)]
public sealed class MessageTests(SharedSystem shared)
{
    private readonly MasSystem _mas = shared.Mas;

    [Theory]
    [InlineData("plain")]
    [InlineData("  spaces  around  ")]
    [InlineData("line\nbreak\ttab")]
    [InlineData("quotes \" and \\ and </script>")]
    [InlineData("ünïcödé 漢字 🙂 ‮rtl")]
    [InlineData("looks like a date: 2024-01-01T00:00:00Z")]
    [InlineData("\",\"windowId\":99,\"x\":\"")]
    public async Task Send_AnyText_ArrivesUnchangedAndIsStored(string text)
    {
        var (alice, bob, aliceWindow, bobWindow) = await _mas.PairAsync();
        var before = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var gid = await alice.SayAsync(aliceWindow, text);

        var received = await bob.MessageAsync(bobWindow, gid);
        Assert.Equal(text, received.Body);
        Assert.Equal(("msg", alice.UserId), (received.Cat, received.UserId));
        Assert.InRange(received.Ts, before, before + 60);
        var stored = (await StoredAsync(alice, aliceWindow)).Single(message => message.Value<long>("gid") == gid);
        Assert.Equal(text, stored.Value<string>("body"));
        Assert.Equal(alice.UserId, stored["userId"]!.ToObject<string>());
        Assert.Null(stored["windowId"]);
        Assert.Equal(received, alice.Read(view => view.Windows[aliceWindow].Messages[gid]));
    }

    [Fact]
    public async Task Send_DoubleSlashAndMe_AreALiteralSlashAndAnAction()
    {
        var (alice, bob, aliceWindow, bobWindow) = await _mas.PairAsync();
        var literal = await alice.SayAsync(aliceWindow, "//me is typed like this");
        var action = await alice.SayAsync(aliceWindow, "/me waves");
        var command = (await alice.OkAsync("COMMAND", new { windowId = aliceWindow, command = "me", @params = "bows" })).Value<long>("gid");

        Assert.Equal(("msg", "/me is typed like this"), (await bob.MessageAsync(bobWindow, literal)) is var first ? (first.Cat, first.Body) : default);
        Assert.Equal(("action", "waves"), (await bob.MessageAsync(bobWindow, action)) is var second ? (second.Cat, second.Body) : default);
        Assert.Equal(("action", "bows"), (await bob.MessageAsync(bobWindow, command)) is var third ? (third.Cat, third.Body) : default);
        await alice.RefusedAsync("ERROR", "SEND", new { windowId = aliceWindow, text = "/nonsense at all" });
        await alice.RefusedAsync("ERROR", "SEND", new { windowId = aliceWindow, text = "/quote PRIVMSG x :y" });
        await alice.OkAsync("SEND", new { windowId = aliceWindow, text = "/help" });
    }

    [Fact]
    public async Task Send_SameRidWithRetry_ReturnsTheFirstGid()
    {
        var (alice, bob, aliceWindow, bobWindow) = await _mas.PairAsync();
        var rid = Guid.NewGuid().ToString();
        var first = await alice.SayAsync(aliceWindow, "once", rid);
        var retried = await alice.OkAsync("SEND", new { windowId = aliceWindow, text = "once", rid, retry = true });
        var next = await alice.SayAsync(aliceWindow, "next");

        Assert.Equal(first, retried.Value<long>("gid"));
        await bob.MessageAsync(bobWindow, next);
        Assert.Equal(1, bob.Read(view => view.Windows[bobWindow].Messages.Values.Count(message => message.Body == "once")));
        Assert.Equal(1, (await StoredAsync(alice, aliceWindow)).Count(message => message.Value<string>("body") == "once"));
    }

    [Fact]
    public async Task Send_FirstAttemptBehindItsRepetition_IsPostedOnce()
    {
        var (alice, bob, aliceWindow, bobWindow) = await _mas.PairAsync();
        var rid = Guid.NewGuid().ToString();
        var repeated = await alice.OkAsync("SEND", new { windowId = aliceWindow, text = "held up", rid, retry = true });
        var heldUp = await alice.SayAsync(aliceWindow, "held up", rid);

        Assert.Equal(repeated.Value<long>("gid"), heldUp);
        Assert.Equal(1, (await StoredAsync(alice, aliceWindow)).Count(message => message.Value<string>("body") == "held up"));
        await bob.MessageAsync(bobWindow, heldUp);
    }

    [Fact]
    public async Task Send_SameRidOfAnotherUser_IsAnotherMessage()
    {
        var (alice, bob, aliceWindow, bobWindow) = await _mas.PairAsync();
        var rid = Guid.NewGuid().ToString();
        var first = await alice.SayAsync(aliceWindow, "of Alice", rid);
        await bob.MessageAsync(bobWindow, first);
        var second = (await bob.OkAsync("SEND", new { windowId = bobWindow, text = "of Bob", rid, retry = true })).Value<long>("gid");

        Assert.NotEqual(first, second);
        Assert.Equal("of Bob", (await alice.MessageAsync(aliceWindow, second)).Body);
    }

    [Fact]
    public async Task Send_ManyAtOnce_KeepTheirOrder()
    {
        var (alice, bob, aliceWindow, bobWindow) = await _mas.PairAsync();
        var sent = new List<Task<long>>();
        for (var i = 0; i < 300; i++)
            sent.Add(alice.SayAsync(aliceWindow, $"number {i}"));
        var gids = await Task.WhenAll(sent);

        await bob.MessageAsync(bobWindow, gids.Max());
        var bodies = bob.Read(view => view.Windows[bobWindow].Messages.Values.Where(message => message.Cat == "msg").Select(message => message.Body).ToArray());
        Assert.Equal(300, bodies.Length);
        Assert.Empty(bob.Read(view => view.Doubles));
        Assert.Equal(bodies, (await StoredAsync(alice, aliceWindow)).Where(message => message.Value<string>("cat") == "msg").Select(message => message.Value<string>("body")));
    }

    [Fact]
    public async Task Edit_OwnMessage_ChangesItEverywhere()
    {
        var (alice, bob, aliceWindow, bobWindow) = await _mas.PairAsync();
        var gid = await alice.SayAsync(aliceWindow, "tpyo");
        await bob.MessageAsync(bobWindow, gid);

        await alice.OkAsync("EDIT", new { windowId = aliceWindow, gid, text = "typo" });

        await bob.WaitAsync(view => view.Windows[bobWindow].Messages[gid] is { Body: "typo", Status: "edited", Rev: > 0, UpdatedTs: > 0 }, "the edit");
        await alice.WaitAsync(view => view.Windows[aliceWindow].Messages[gid] is { Body: "typo", Status: "edited" }, "its own edit");
        var stored = (await StoredAsync(alice, aliceWindow)).Single(message => message.Value<long>("gid") == gid);
        Assert.Equal(("typo", "edited"), (stored.Value<string>("body"), stored.Value<string>("status")));
        Assert.True(stored.Value<long>("rev") > gid);
        var id = await _mas.Redis.Database.ConversationAsync(alice.UserId, aliceWindow);
        Assert.Equal(stored.Value<long>("rev"), (long)await _mas.Redis.Database.HashGetAsync($"conversation:{id}", "lastrev"));

        await alice.OkAsync("EDIT", new { windowId = aliceWindow, gid, text = "" });
        await bob.WaitAsync(view => view.Windows[bobWindow].Messages[gid] is { Body: "", Status: "deleted" }, "the deletion");
        var fresh = await _mas.ConnectAsync(bob.Login);
        Assert.Equal(bob.Read(view => view.Windows[bobWindow].Messages[gid]), fresh.Read(view => view.Windows[bobWindow].Messages[gid]));
    }

    [Fact]
    public async Task Edit_SomebodyElsesOrNoMessage_IsRefused()
    {
        var (alice, bob, aliceWindow, bobWindow) = await _mas.PairAsync();
        var gid = await alice.SayAsync(aliceWindow, "mine");
        await bob.MessageAsync(bobWindow, gid);

        await bob.RefusedAsync("NO_PERMISSION", "EDIT", new { windowId = bobWindow, gid, text = "yours" });
        await alice.RefusedAsync("NOT_FOUND", "EDIT", new { windowId = aliceWindow, gid = gid + 1_000_000, text = "none" });
        Assert.Equal("mine", alice.Read(view => view.Windows[aliceWindow].Messages[gid].Body));
    }

    [Fact]
    public async Task Text_LongerThanTheLimit_IsTooLarge()
    {
        var (alice, bob, aliceWindow, bobWindow) = await _mas.PairAsync();
        var gid = await alice.SayAsync(aliceWindow, new string('é', 8000));

        Assert.Equal(8000, (await bob.MessageAsync(bobWindow, gid)).Body.Length);
        await alice.RefusedAsync("TOO_LARGE", "SEND", new { windowId = aliceWindow, text = new string('x', 8001) });
        await alice.RefusedAsync("TOO_LARGE", "EDIT", new { windowId = aliceWindow, gid, text = new string('x', 8001) });
    }

    [Fact]
    public async Task Typing_TwiceInThreeSeconds_IsToldOnce()
    {
        var (alice, bob, aliceWindow, bobWindow) = await _mas.PairAsync();
        await alice.OkAsync("TYPING", new { windowId = aliceWindow });
        await alice.OkAsync("TYPING", new { windowId = aliceWindow });
        await bob.WaitAsync(view => view.Typing.Count > 0, "typing");
        // What is said next comes behind whatever a second TYPING would have caused.
        await bob.MessageAsync(bobWindow, await alice.SayAsync(aliceWindow, "typed"));

        Assert.Equal([(bobWindow, alice.UserId)], bob.Read(view => view.Typing.ToArray()));
        Assert.Empty(alice.Read(view => view.Typing.ToArray()));
    }

    [Fact]
    public async Task Seen_OneSession_IsSharedByTheUsersSessionsOnlyAndNeverGoesBack()
    {
        var (alice, bob, aliceWindow, bobWindow) = await _mas.PairAsync();
        var bobsOther = await _mas.ConnectAsync(bob.Login);
        var gid = await alice.SayAsync(aliceWindow, "read me");
        var later = await alice.SayAsync(aliceWindow, "and me");
        await bob.MessageAsync(bobWindow, later);

        await bob.OkAsync("SEEN", new { windowId = bobWindow, gid = later });
        await bobsOther.WaitAsync(view => view.Windows[bobWindow].Seen == later, "the read marker");
        await bob.OkAsync("SEEN", new { windowId = bobWindow, gid });

        var fresh = await _mas.ConnectAsync(bob.Login);
        Assert.Equal(later, fresh.Read(view => view.Windows[bobWindow].Seen));
        Assert.Equal(0, alice.Read(view => view.Windows[aliceWindow].Seen));
    }

    [Fact]
    public async Task Fetch_InPages_GivesTheWholeHistoryOldestFirst()
    {
        var (alice, _, windowId, _) = await _mas.PairAsync();
        var gids = new List<long>();
        for (var i = 0; i < 25; i++)
            gids.Add(await alice.SayAsync(windowId, $"line {i}"));
        var all = (await StoredAsync(alice, windowId)).Select(message => message.Value<long>("gid")).ToArray();

        var backwards = new List<long>();
        long? before = null;
        JObject page;
        do
        {
            page = await alice.OkAsync("FETCH", before is null ? new { windowId, limit = 10 } : (object)new { windowId, limit = 10, before });
            var got = page["msgs"]!.Select(message => message.Value<long>("gid")).ToArray();
            Assert.Equal(got.Order(), got);
            backwards.InsertRange(0, got);
            before = got[0];
        }
        while (page.Value<bool>("more"));

        Assert.Equal(all, backwards);
        var after = await alice.OkAsync("FETCH", new { windowId, after = gids[4], limit = 5 });
        Assert.Equal(gids.Skip(5).Take(5), after["msgs"]!.Select(message => message.Value<long>("gid")));
        Assert.True(after.Value<bool>("more"));
        await alice.RefusedAsync("PARAMETER_INVALID", "FETCH", new { windowId, limit = 0 });
        await alice.RefusedAsync("PARAMETER_INVALID", "FETCH", new { windowId, before = "now" });
    }

    private async Task<IReadOnlyList<JObject>> StoredAsync(MasClient client, int windowId) =>
        await _mas.Redis.Database.MessagesAsync(await _mas.Redis.Database.ConversationAsync(client.UserId, windowId));
}
