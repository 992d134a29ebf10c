using System.Text.RegularExpressions;
using Mas.Tests.Harness;
using Microsoft.Playwright;

namespace Mas.Tests.Web;

/// <summary>The ways into the chat.</summary>
[Collection(WebTests.Name)]
public sealed class SignUpTests(WebSystem web)
{
    private const string Password = "correct horse 2";

    [Fact]
    public async Task Register_FirstVisit_EndsInTheLobbyWithAFirstMessage()
    {
        await using var visitor = await web.VisitAsync();
        var page = visitor.Page;
        var nick = NewNick();
        await page.GotoAsync("/");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create an account" }).ClickAsync();
        await FillRegistrationAsync(page, nick, $"{nick}@example.org");
        await page.Locator(".pane.full[aria-label=lobby]").WaitForAsync();
        var composer = page.GetByLabel("Message to lobby");
        await composer.FillAsync("My first message");
        await composer.PressAsync("Enter");
        await page.Locator(".message[data-gid]", new() { HasText = "My first message" }).WaitForAsync();
    }

    [Fact]
    public async Task Register_NickThatIsTaken_SaysSoAtTheField()
    {
        var taken = await web.Mas.NewUserAsync("taken");
        await using var visitor = await web.VisitAsync(new VisitOptions { ExpectedErrors = ["409"] });
        var page = visitor.Page;
        await page.GotoAsync("/register");
        await FillRegistrationAsync(page, taken.Nick, $"{NewNick()}@example.org");
        await page.GetByText("This nick is taken.").WaitForAsync();
        Assert.Equal("true", await page.GetByLabel("Nick", new() { Exact = true }).GetAttributeAsync("aria-invalid"));
    }

    [Fact]
    public async Task Register_InGerman_ShowsErrorsInGermanAtTheirFields()
    {
        var taken = await web.Mas.NewUserAsync("taken");
        await using var visitor = await web.VisitAsync(new VisitOptions { Locale = "de-DE", ExpectedErrors = ["409", "400"] });
        var page = visitor.Page;
        await page.GotoAsync("/register");
        var (nick, password) = (page.GetByLabel("Nick", new() { Exact = true }), page.GetByLabel("Passwort", new() { Exact = true }));
        await nick.FillAsync("mit Leerzeichen");
        await page.GetByLabel("E-Mail").FillAsync($"{NewNick()}@example.org");
        await password.FillAsync("kurz");
        await password.PressAsync("Enter");
        await page.GetByText("Nimm bis zu 25 Buchstaben").WaitForAsync();
        await Assertions.Expect(nick).ToBeFocusedAsync();
        await nick.FillAsync(taken.Nick);
        await nick.PressAsync("Enter");
        await page.GetByText("Nimm mindestens 8 Zeichen.").WaitForAsync();
        await Assertions.Expect(password).ToBeFocusedAsync();
        await password.FillAsync(Password);
        await password.PressAsync("Enter");
        await page.GetByText("Dieser Nick ist vergeben.").WaitForAsync();
        await Assertions.Expect(nick).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Login_WrongThenRightPassword_OpensTheChatAndLogoutLeavesIt()
    {
        var login = await web.Mas.NewUserAsync("login");
        await using var visitor = await web.VisitAsync(new VisitOptions { ExpectedErrors = ["401"] });
        var page = visitor.Page;
        await page.GotoAsync("/");
        await page.GetByLabel("Email or nick").FillAsync(login.Nick);
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync("wrong");
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Alert).WaitForAsync();
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(login.Password);
        await page.Keyboard.PressAsync("Enter");
        await page.Locator(".shell").WaitForAsync();
        await page.ReloadAsync();
        await page.Locator(".shell").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = $"Profile and status of {login.Nick}" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Log out" }).ClickAsync();
        await page.GetByLabel("Email or nick").WaitForAsync();
        await page.ReloadAsync();
        await page.GetByLabel("Email or nick").WaitForAsync();
    }

    [Fact]
    public async Task ForgottenPassword_MailedLink_SetsANewOne()
    {
        var login = await web.Mas.NewUserAsync("forgetful");
        await using var visitor = await web.VisitAsync();
        var page = visitor.Page;
        await page.GotoAsync("/");
        await page.GetByRole(AriaRole.Button, new() { Name = "Forgot your password?" }).ClickAsync();
        await page.GetByLabel("Email").FillAsync(login.Email);
        await page.GetByRole(AriaRole.Button, new() { Name = "Send the link" }).ClickAsync();
        await page.GetByRole(AriaRole.Status).WaitForAsync();
        await page.GotoAsync(await LinkForAsync(login.Email));
        await page.GetByLabel("New password").FillAsync(Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await page.GetByText("Your password is changed.").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();
        await page.GetByLabel("Email or nick").FillAsync(login.Email);
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(Password);
        await page.Keyboard.PressAsync("Enter");
        await page.Locator(".shell").WaitForAsync();
    }

    [Fact]
    public async Task LogoutEverywhere_WithOtherPages_EndsThemToo()
    {
        await using var one = await web.OpenAsync("everywhere");
        await using var other = await web.OpenAsync(await LoginAgainAsync(one));
        await one.Page.Keyboard.PressAsync("Control+Comma");
        await one.Page.GetByText("Account", new() { Exact = true }).ClickAsync();
        await one.Page.GetByRole(AriaRole.Button, new() { Name = "Log out everywhere" }).ClickAsync();
        await other.Page.GetByText("You have been logged out.").WaitForAsync();
    }

    private async Task<Client.MasLogin> LoginAgainAsync(WebUser user)
    {
        using var http = new Client.MasHttp(web.Mas.Address);
        return await http.LoginAsync(user.Nick, user.Login.Email, user.Login.Password);
    }

    private static string NewNick() => $"new{Guid.NewGuid():N}"[..12];

    private static async Task FillRegistrationAsync(IPage page, string nick, string email)
    {
        await page.GetByLabel("Nick", new() { Exact = true }).FillAsync(nick);
        await page.GetByLabel("Your name").FillAsync("New Person");
        await page.GetByLabel("Email").FillAsync(email);
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Create an account" }).ClickAsync();
    }

    private async Task<string> LinkForAsync(string email)
    {
        string? link = null;
        await Eventually.HoldsAsync(
            () =>
            {
                var mail = Directory.EnumerateFiles(web.Mas.MailFolder, "*.eml").Select(File.ReadAllText).FirstOrDefault(text => text.Contains(email, StringComparison.OrdinalIgnoreCase));
                link = mail is null ? null : Regex.Match(mail.Replace("=\r\n", "").Replace("=\n", "").Replace("=3D", "="), "/#reset-password=[A-Za-z0-9_-]+").Value;
                return !string.IsNullOrEmpty(link);
            },
            "the mail with the link");
        return link!;
    }
}
