using System.Text.RegularExpressions;
using Mas.Tests.Client;
using Microsoft.Playwright;

namespace Mas.Tests.Web;

/// <summary>What a user sets, and that it follows them; their account, and its end.</summary>
[Collection(WebTests.Name)]
public sealed class SettingsTests(WebSystem web)
{
    [Fact]
    public async Task Appearance_Changed_FollowsToATabAndToAnotherBrowser()
    {
        await using var alice = await web.OpenAsync("alice");
        await alice.SayAsync("What time is it?");
        await alice.SeesAsync("What time is it?");
        await using var elsewhere = await web.OpenAsync(alice.Login);
        await elsewhere.SeesAsync("What time is it?");
        var time = elsewhere.Message("What time is it?").First.Locator("time");
        await Assertions.Expect(time).ToHaveTextAsync(new Regex("^1?\\d:\\d\\d\\s[AP]M$"));

        await alice.Page.Keyboard.PressAsync("Control+Comma");
        foreach (var choice in new[] { "Compact", "Very large", "24 hours", "Dark" })
            await alice.Page.Locator("label.segment", new() { HasText = choice }).ClickAsync();

        var tab = await alice.Visitor.NewTabAsync();
        await tab.GotoAsync("/");
        foreach (var page in new[] { alice.Page, tab, elsewhere.Page })
            await page.Locator("html[data-theme=dark][data-density=compact][data-text=huge]").WaitForAsync(new() { State = WaitForSelectorState.Attached });
        Assert.Equal("20px", await elsewhere.Page.EvaluateAsync<string>("() => getComputedStyle(document.documentElement).fontSize"));
        await alice.Page.BringToFrontAsync();
        // Compact shows no time beside the name; the settings say what it is.
        await alice.Page.Locator("label.segment", new() { HasText = "Comfortable" }).ClickAsync();
        await Assertions.Expect(time).ToHaveTextAsync(new Regex("^[012]?\\d:\\d\\d$"));

        // And a later visit begins with them, before the server has said a word.
        await elsewhere.Page.ReloadAsync();
        Assert.Equal("dark", await elsewhere.Page.EvaluateAsync<string>("() => document.documentElement.dataset.theme"));
    }

    [Fact]
    public async Task System_ThatTurnsDark_IsFollowed()
    {
        await using var alice = await web.OpenAsync("alice");
        await Assertions.Expect(alice.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "light");
        await alice.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await Assertions.Expect(alice.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
    }

    [Fact]
    public async Task German_ByTheBrowser_AndEnglishByTheSettings()
    {
        await using var visitor = await web.VisitAsync(new VisitOptions { Locale = "de-AT" });
        await visitor.Page.GotoAsync("/");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Anmelden" }).WaitForAsync();
        Assert.Equal("de", await visitor.Page.GetAttributeAsync("html", "lang"));

        var login = await web.Mas.NewUserAsync("deutsch");
        await visitor.UseLoginAsync(login);
        await visitor.Page.ReloadAsync();
        await visitor.Page.GetByRole(AriaRole.Navigation, new() { Name = "Gespräche" }).WaitForAsync();
        await visitor.Page.GetByPlaceholder("Nachricht an lobby").WaitForAsync();
        await visitor.Page.Keyboard.PressAsync("Control+Comma");
        await visitor.Page.GetByRole(AriaRole.Dialog, new() { Name = "Einstellungen" }).WaitForAsync();
        await visitor.Page.GetByLabel("Sprache", new() { Exact = true }).SelectOptionAsync("en");
        await visitor.Page.GetByRole(AriaRole.Dialog, new() { Name = "Settings" }).WaitForAsync();
        Assert.Equal("en", await visitor.Page.GetAttributeAsync("html", "lang"));
        await visitor.Page.ReloadAsync();
        await visitor.Page.GetByRole(AriaRole.Navigation, new() { Name = "Conversations" }).WaitForAsync();
    }

    [Fact]
    public async Task Profile_NewNickAndPassword_AreSeenByOthersAndAskedFor()
    {
        await using var bob = await web.NewPeerAsync("bob");
        await using var alice = await web.OpenAsync("alice");
        await alice.SayAsync("my name is my own");
        await bob.WaitAsync(view => view.Group(WebSystem.Lobby)!.Messages.Values.Any(message => message.Body == "my name is my own"), "alice's message");
        await AccountAsync(alice.Page);
        await Assertions.Expect(alice.Page.GetByLabel("Nick", new() { Exact = true })).ToHaveValueAsync(alice.Nick);

        // What can't be is said at the form, and changes nothing.
        await alice.Page.GetByLabel("Nick", new() { Exact = true }).FillAsync(bob.Login.Nick);
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Save the profile" }).ClickAsync();
        await alice.Page.Locator(".field-error").WaitForAsync();
        var nick = $"neu{Guid.NewGuid():N}"[..12];
        await alice.Page.GetByLabel("Nick", new() { Exact = true }).FillAsync(nick);
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Save the profile" }).ClickAsync();
        await Assertions.Expect(alice.Page.Locator(".side-me-nick")).ToHaveTextAsync(nick);
        await bob.WaitAsync(view => view.Users[alice.Login.UserId]["nick"]!.Value<string>("MAS") == nick, "the new nick");

        await alice.Page.GetByLabel("Current password").FillAsync("not this one");
        await alice.Page.GetByLabel("New password").FillAsync("another horse 3");
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Change the password" }).ClickAsync();
        await alice.Page.Locator(".field-error").WaitForAsync();
        await alice.Page.GetByLabel("Current password").FillAsync(alice.Login.Password);
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Change the password" }).ClickAsync();
        await alice.Page.GetByText("Your password is changed.").WaitForAsync();
        using var http = new MasHttp(web.Mas.Address);
        Assert.Equal(alice.Login.UserId, (await http.LoginAsync(nick, alice.Login.Email, "another horse 3")).UserId);
    }

    [Fact]
    public async Task DeletedAccount_AfterItsPassword_IsGoneEverywhere()
    {
        await using var alice = await web.OpenAsync("alice");
        await using var elsewhere = await web.OpenAsync(alice.Login);
        await AccountAsync(alice.Page);
        var password = alice.Page.GetByLabel("Password", new() { Exact = true });
        await password.FillAsync("wrong");
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Delete my account" }).ClickAsync();
        await alice.Page.Locator(".field-error").WaitForAsync();
        await password.FillAsync(alice.Login.Password);
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Delete my account" }).ClickAsync();
        foreach (var page in new[] { alice.Page, elsewhere.Page })
            await page.GetByText("This account is closed.").WaitForAsync();
        await alice.Page.ReloadAsync();
        await alice.Page.GetByLabel("Email or nick").WaitForAsync();
        using var http = new MasHttp(web.Mas.Address);
        var answer = await http.PostAsync("/api/login", new { username = alice.Nick, password = alice.Login.Password });
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, answer.Status);
    }

    private static async Task AccountAsync(IPage page)
    {
        await page.Keyboard.PressAsync("Control+Comma");
        await page.Locator("label.segment", new() { HasText = "Account" }).ClickAsync();
    }
}
