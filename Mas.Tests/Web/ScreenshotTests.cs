using Mas.Tests.Client;
using Mas.Tests.Harness;
using Microsoft.Playwright;
using Newtonsoft.Json.Linq;
using StackExchange.Redis;

namespace Mas.Tests.Web;

/// <summary>
/// The pictures of the README: a small team's morning, on a MAS and an IRC network of its own. They are written into
/// docs/guide/screenshots when MAS_SCREENSHOTS is set, else beside the tests.
/// </summary>
[Collection(WebTalkTests.Name)]
public sealed class ScreenshotTests(WebSystem web)
{
    private const string IrcNetwork = "ExampleNet";
    private const string Channel = "#retrocomputing";

    /// <summary>What the clocks in the pictures say: the middle of this day's morning, far from every change of the day.</summary>
    private static readonly DateTimeOffset Now = new(DateTime.UtcNow.Date.AddHours(9).AddMinutes(48), TimeSpan.Zero);

    private static readonly string Folder = Environment.GetEnvironmentVariable("MAS_SCREENSHOTS") is { Length: > 0 }
        ? Path.Combine(BuildOutput.Root, "docs", "guide", "screenshots")
        : Path.Combine(AppContext.BaseDirectory, "screenshots");

    [Fact]
    public async Task Screenshots_DesktopDarkAndPhone_ShowThreeWindowsAndAConversation()
    {
        await using var server = await NgircdServer.StartAsync();
        await using var mas = await MasSystem.StartAsync(new MasSystemOptions
        {
            IrcBackends = 1,
            Settings = new Dictionary<string, string>
            {
                [$"Irc:Networks:{IrcNetwork}:Host"] = "127.0.0.1",
                [$"Irc:Networks:{IrcNetwork}:Port"] = $"{server.Port}",
                [$"Irc:Networks:{IrcNetwork}:Tls"] = "off",
                [$"Irc:Networks:{IrcNetwork}:ConnectsPerMinute"] = "0",
                [$"Irc:Networks:{IrcNetwork}:SecondsPerLine"] = "0",
            },
        });
        await using var tove = await IrcBystander.JoinedAsync(server.Port, "tove", Channel);
        await using var kurt = await IrcBystander.ConnectAsync(server.Port, "kurt");
        var grace = await PrepareAsync(mas, tove, kurt);
        await AgeAsync(mas.Redis.Database);

        await using var desktop = await OpenAsync(mas, grace, new VisitOptions { Size = (1440, 900) });
        await ShootGridAsync(desktop, "desktop");
        await using var dark = await OpenAsync(mas, grace, new VisitOptions { Size = (1440, 900), Dark = true });
        await ShootGridAsync(dark, "dark");
        await using var phone = await OpenAsync(mas, grace, new VisitOptions { Size = (390, 844), Phone = true });
        await phone.Entry("release").TapAsync();
        await phone.SeesAsync("only grew");
        Assert.NotEmpty(await phone.Page.ScreenshotAsync(new() { Path = Path.Combine(Folder, "phone.png") }));
    }

    /// <summary>Everybody, their groups and what they said; the one whose page is shown is returned.</summary>
    private static async Task<MasLogin> PrepareAsync(MasSystem mas, IrcBystander tove, IrcBystander kurt)
    {
        using var http = new MasHttp(mas.Address);
        var clients = new Dictionary<string, MasClient>();
        foreach (var nick in new[] { "ada", "linus", "margaret", "grace" })
            clients[nick] = await mas.ConnectAsync(await http.RegisterAndLoginAsync(nick));
        var grace = clients["grace"];
        foreach (var (group, topic) in new[] { ("design", "How MAS looks and feels"), ("release", "Next: 1.4, Thursday") })
        {
            await clients["ada"].OkAsync("CREATE", new { name = group });
            await clients["ada"].OkAsync("UPDATE_TOPIC", new { windowId = clients["ada"].Window(group), topic });
            foreach (var client in clients.Values.Where(client => client.Login.Nick != "ada"))
            {
                await client.OkAsync("JOIN", new { network = "MAS", name = group });
                await client.WaitAsync(view => view.Group(group) is not null, group);
            }
        }
        foreach (var (nick, text) in Design)
            await clients[nick].OkAsync("SEND", new { windowId = clients[nick].Window("design"), text });
        await SeenAsync(grace, "design", "MAS");
        foreach (var (nick, text) in Release)
        {
            await clients[nick].OkAsync("SEND", new { windowId = clients[nick].Window("release"), text });
            if (text.StartsWith("Running", StringComparison.Ordinal))
                await SeenAsync(grace, "release", "MAS");
        }
        await TalkOnIrcAsync(grace, tove, kurt);
        foreach (var friend in new[] { "ada", "linus" })
        {
            await clients[friend].OkAsync("REQUEST_FRIEND", new { nick = "grace" });
            await grace.WaitAsync(view => view.FriendRequests.Contains(clients[friend].UserId), "the request");
            await grace.OkAsync("FRIEND_VERDICT", new { userId = clients[friend].UserId, allow = true });
        }
        var chat = (int)(await clients["linus"].OkAsync("CHAT", new { userId = grace.UserId }))["windowId"]!;
        foreach (var text in new[] { "Do you have a minute for the badges?", "No hurry :)" })
            await clients["linus"].SayAsync(chat, text);
        await grace.WaitAsync(view => view.OneOnOne(clients["linus"].UserId)?.Messages.Count == 2, "the one-on-one");
        // In the list, and not among the three.
        foreach (var window in grace.Read(view => view.Windows.Values.Where(window => window.Type == "1on1").Select(window => window.WindowId).ToArray()))
            await grace.OkAsync("UPDATE", new { windowId = window, visible = false });
        var login = grace.Login;
        await grace.CloseAsync();
        return login;
    }

    private static async Task TalkOnIrcAsync(MasClient grace, IrcBystander tove, IrcBystander kurt)
    {
        await tove.SendAsync($"TOPIC {Channel} :Old machines, kept running");
        await tove.SettleAsync();
        await Eventually.PassesAsync(() => grace.OkAsync("JOIN", new { network = IrcNetwork, name = Channel }));
        await grace.WaitAsync(view => view.Group(Channel, IrcNetwork)?.Members.Count == 2, "the channel");
        var topic = Messages(grace);
        await kurt.SendAsync($"JOIN {Channel}");
        await HasCountAsync(grace, topic + 1);
        var window = IrcWindow(grace);
        foreach (var (nick, text) in OnIrc)
        {
            var before = Messages(grace);
            if (nick == "grace")
                await grace.OkAsync("SEND", new { windowId = window, text });
            else
                await (nick == "tove" ? tove : kurt).SendAsync($"PRIVMSG {Channel} :{text}");
            await HasCountAsync(grace, before + 1);
        }
        await SeenAsync(grace, Channel, IrcNetwork);

        static int IrcWindow(MasClient client) => client.Read(view => view.Group(Channel, IrcNetwork)!.WindowId);
        static int Messages(MasClient client) => client.Read(view => view.Group(Channel, IrcNetwork)!.Messages.Count);
        static Task HasCountAsync(MasClient client, int count) =>
            client.WaitAsync(view => view.Group(Channel, IrcNetwork)!.Messages.Count >= count, $"{count} messages in {Channel}");
    }

    private static readonly (string Nick, string Text)[] Design =
    [
        ("ada", "Morning! The new sidebar is on staging: a section for each network, unread counts at the right."),
        ("margaret", "Much calmer than before 👍"),
        ("linus", "Badges are a bit loud on my phone, otherwise ship it"),
        ("ada", "Good point. They are `12px` there now: https://example.org/preview/sidebar"),
        ("grace", "Looks right on mine too, in both themes."),
        ("margaret", "Can we keep the drag handle? I move windows between rows all day."),
        ("ada", "It stays, and the menu does the same by keyboard."),
        ("linus", "@grace could you take new screenshots for the README?"),
        ("grace", "On it ✨"),
    ];

    private static readonly (string Nick, string Text)[] Release =
    [
        ("margaret", "Release notes are ready. Last check before I tag:\n```sh\nscripts/test\nscripts/bench compare\n```"),
        ("linus", "Running…"),
        ("linus", "All green 🎉 and nothing got slower"),
        ("margaret", "Lovely. The changelog is in `CHANGELOG.md`, please read it once with fresh eyes."),
        ("ada", "Two typos, mended. Reads well!"),
        ("ada", "Anything to migrate?"),
        ("margaret", "No, the schema only grew."),
        ("grace", "New pictures are coming, give me half an hour"),
        ("linus", "/me puts the kettle on ☕"),
    ];

    private static readonly (string Nick, string Text)[] OnIrc =
    [
        ("kurt", "Morning all. It lives! Found the bad RAM chip at last"),
        ("grace", "Congratulations! Which one was it?"),
        ("kurt", "U21, of course the one behind the shield"),
        ("tove", "Does anybody here still have a working 1541?"),
        ("kurt", "Two. One is even quiet enough for the living room."),
        ("tove", "Is it hard to align?"),
        ("kurt", "Half an hour with a scope. There is a good write-up at https://example.org/1541"),
        ("grace", "I have a spare belt if yours is slipping"),
        ("tove", "That would save my weekend 🙏"),
    ];

    private static Task<JObject> SeenAsync(MasClient client, string name, string network)
    {
        var window = client.Read(view => view.Group(name, network)!);
        return client.OkAsync("SEEN", new { windowId = window.WindowId, gid = client.Read(view => view.Group(name, network)!.Newest) });
    }

    /// <summary>Spreads what was said within a second over the last hour, as it would have been.</summary>
    private static async Task AgeAsync(IDatabase redis)
    {
        foreach (var server in redis.Multiplexer.GetEndPoints().Select(endpoint => redis.Multiplexer.GetServer(endpoint)))
        {
            foreach (var key in server.Keys(pattern: "conversationmsgs:*"))
            {
                var entries = await redis.ListRangeAsync(key);
                var at = Now.ToUnixTimeSeconds() - 100;
                for (var i = 0; i < entries.Length; i++)
                {
                    var message = JObject.Parse(entries[i]!);
                    message["ts"] = at;
                    await redis.ListSetByIndexAsync(key, i, message.ToString(Newtonsoft.Json.Formatting.None));
                    at -= i % 3 == 0 ? 95 : 420;
                }
            }
        }
    }

    private async Task<WebUser> OpenAsync(MasSystem mas, MasLogin login, VisitOptions options)
    {
        var visitor = await web.VisitAsync(mas.Address, options);
        await visitor.UseLoginAsync(login);
        await visitor.Page.Clock.SetFixedTimeAsync(Now.UtcDateTime);
        var user = new WebUser(visitor, login);
        await user.OpenPageAsync();
        return user;
    }

    private static async Task ShootGridAsync(WebUser user, string name)
    {
        await user.Page.GetByRole(AriaRole.Button, new() { Name = "All windows", Exact = true }).ClickAsync();
        foreach (var window in new[] { "design", "release", Channel })
            await user.Page.Locator($".grid .pane[aria-label=\"{window}\"] .message").First.WaitForAsync();
        Assert.NotEmpty(await user.Page.ScreenshotAsync(new() { Path = Path.Combine(Folder, $"{name}.png") }));
    }
}
