using Mas.Tests.Harness;
using Microsoft.Playwright;

namespace Mas.Tests.Web;

/// <summary>The pictures of the README. They are written into docs/screenshots when MAS_SCREENSHOTS is set, else beside the tests.</summary>
[Collection(WebTests.Name)]
public sealed class ScreenshotTests(WebSystem web)
{
    private static readonly string Folder = Environment.GetEnvironmentVariable("MAS_SCREENSHOTS") is { Length: > 0 }
        ? Path.Combine(BuildOutput.Root, "docs", "screenshots")
        : Path.Combine(AppContext.BaseDirectory, "screenshots");

    [Fact]
    public async Task DesktopDarkAndPhone_ShowThreeWindowsAndAConversation()
    {
        var tag = Guid.NewGuid().ToString("N")[..3];
        await using var ada = await web.Mas.ConnectAsync(await NamedAsync($"ada{tag}"));
        await using var linus = await web.Mas.ConnectAsync(await NamedAsync($"linus{tag}"));
        var grace = await NamedAsync($"grace{tag}");
        string[] groups = [$"design{tag}", $"release{tag}", $"tea{tag}"];
        foreach (var group in groups)
        {
            await ada.OkAsync("CREATE", new { name = group });
            await linus.OkAsync("JOIN", new { network = "MAS", name = group });
            await linus.WaitAsync(view => view.Group(group) is not null, group);
            await ada.OkAsync("UPDATE_TOPIC", new { windowId = ada.Window(group), topic = $"All about {group[..^3]}" });
        }
        await ada.SayAsync(ada.Window(groups[0]), "The new sidebar groups windows by network. Thoughts?");
        await linus.SayAsync(linus.Window(groups[0]), "Much calmer. The unread badges could be smaller on phones.");
        await ada.SayAsync(ada.Window(groups[0]), "Good point, I'll try it: https://example.org/sidebar");
        await linus.SayAsync(linus.Window(groups[1]), "Release notes are ready. One last check:\n```sh\nscripts/test\nscripts/run\n```");
        await ada.SayAsync(ada.Window(groups[1]), "All green here 🎉");
        await linus.SayAsync(linus.Window(groups[2]), "Kettle is on ☕");
        await ada.SayAsync(ada.Window(groups[2]), "On my way!");
        await using var peer = await web.Mas.ConnectAsync(grace);
        foreach (var group in groups)
            await peer.OkAsync("JOIN", new { network = "MAS", name = group });
        if (peer.Read(view => view.Group(WebSystem.Lobby)) is { } lobby)
            await peer.OkAsync("UPDATE", new { windowId = lobby.WindowId, visible = false });

        await using var desktop = await web.OpenAsync(grace, new VisitOptions { Size = (1440, 860) });
        await ShootAsync(desktop, groups, "desktop");
        await using var dark = await web.OpenAsync(grace, new VisitOptions { Size = (1440, 860), Dark = true });
        await ShootAsync(dark, groups, "dark");
        await using var phone = await web.OpenAsync(grace, new VisitOptions { Size = (390, 844), Phone = true });
        await phone.Entry(groups[1]).TapAsync();
        await phone.SeesAsync("All green here");
        Assert.NotEmpty(await phone.Page.ScreenshotAsync(new() { Path = Path.Combine(Folder, "phone.png") }));
    }

    private static async Task ShootAsync(WebUser user, string[] groups, string name)
    {
        await user.Page.GetByRole(AriaRole.Button, new() { Name = "All windows", Exact = true }).ClickAsync();
        foreach (var group in groups)
            await user.Page.Locator($".grid .pane[aria-label=\"{group}\"] .message").First.WaitForAsync();
        Assert.NotEmpty(await user.Page.ScreenshotAsync(new() { Path = Path.Combine(Folder, $"{name}.png") }));
    }

    private async Task<Client.MasLogin> NamedAsync(string nick)
    {
        using var http = new Client.MasHttp(web.Mas.Address);
        var login = await http.RegisterAndLoginAsync(nick);
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    await using var early = await Client.MasClient.ConnectAsync(web.Mas.Address, login);
                    return early.Read(view => view.Group(WebSystem.Lobby) is not null);
                }
                catch (Client.ProtocolViolationException)
                {
                    return true;
                }
            },
            "the lobby's window");
        return login;
    }
}
