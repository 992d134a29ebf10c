using Mas.Tests.Client;
using Microsoft.Playwright;

namespace Mas.Tests.Web;

/// <summary>A person in front of the web client: what they do, in the words of the page.</summary>
public sealed class WebUser(WebVisitor visitor, MasLogin login) : IAsyncDisposable
{
    /// <summary>The page.</summary>
    public IPage Page => visitor.Page;

    /// <summary>The browser profile.</summary>
    public WebVisitor Visitor => visitor;

    /// <summary>Who it is.</summary>
    public MasLogin Login => login;

    /// <summary>The nick.</summary>
    public string Nick => login.Nick;

    /// <summary>The composer of the window in full size.</summary>
    public ILocator Composer => Page.Locator(".pane.full .composer textarea");

    /// <summary>The list of conversations.</summary>
    public ILocator Sidebar => Page.GetByRole(AriaRole.Navigation, new() { Name = "Conversations" });

    /// <summary>Loads the page and waits for the list of conversations.</summary>
    public async Task OpenPageAsync()
    {
        await Page.GotoAsync("/");
        await Page.Locator(".shell").WaitForAsync();
    }

    /// <summary>The sidebar's entry of a window.</summary>
    public ILocator Entry(string name) => Sidebar.Locator($".side-item[title=\"{name}\"]");

    /// <summary>Shows a window in full size by a click in the sidebar.</summary>
    public async Task OpenWindowAsync(string name)
    {
        await Entry(name).ClickAsync();
        await Page.Locator($".pane.full[aria-label=\"{name}\"]").WaitForAsync();
    }

    /// <summary>Writes a line and sends it by Enter.</summary>
    public async Task SayAsync(string text)
    {
        await Composer.FillAsync(text);
        await Composer.PressAsync("Enter");
    }

    /// <summary>The messages that hold a text, in any window that is shown.</summary>
    public ILocator Message(string text) => Page.Locator(".message", new() { HasText = text });

    /// <summary>A message with this text, confirmed by the server.</summary>
    public ILocator Confirmed(string text) => Page.Locator(".message[data-gid]", new() { HasText = text });

    /// <summary>Waits until a message with this text is confirmed and in sight.</summary>
    public Task SeesAsync(string text) => Confirmed(text).First.WaitForAsync();

    /// <summary>The bodies of the confirmed messages that are drawn, oldest first.</summary>
    public async Task<IReadOnlyList<string>> BodiesAsync() => await Page.Locator(".pane.full .message[data-gid] .paragraph").AllInnerTextsAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => visitor.DisposeAsync();
}
