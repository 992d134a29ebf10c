using Mas.Tests.Client;
using Mas.Tests.Harness;
using Microsoft.Playwright;

namespace Mas.Tests.Web;

/// <summary>A whole MAS with a real chromium in front of it, shared by the browser tests that don't break it.</summary>
public sealed class WebSystem : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private MasSystem? _system;

    /// <summary>The running MAS.</summary>
    public MasSystem Mas => _system!;

    /// <summary>Every new user is in this group.</summary>
    public const string Lobby = "lobby";

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var settings = new Dictionary<string, string>
        {
            ["Accounts:InitialGroups"] = Lobby,
            // A page comes back to the address that it knows, so a server that starts again must have it too.
            ["Server:Url"] = $"http://127.0.0.1:{FreePort.Next()}",
        };
        var system = MasSystem.StartAsync(new MasSystemOptions { AppendOnly = true, Settings = settings });
        // As patient as every other wait of a browser test: the machine may be busy.
        Assertions.SetDefaultExpectTimeout((float)WebVisitor.Patience.TotalMilliseconds);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        });
        _system = await system;
    }

    /// <summary>A new browser profile on this system.</summary>
    public Task<WebVisitor> VisitAsync(VisitOptions? options = null) => VisitAsync(Mas.Address, options);

    /// <summary>A new browser profile on another system, such as one with IRC.</summary>
    public async Task<WebVisitor> VisitAsync(Uri address, VisitOptions? options = null) => await WebVisitor.ArriveAsync(_browser!, address, options ?? new VisitOptions());

    /// <summary>A new user, logged in, whose page has opened the lobby.</summary>
    public async Task<WebUser> OpenAsync(string name, VisitOptions? options = null) => await OpenAsync(await Mas.NewUserAsync(name), options);

    /// <summary>A new user in the lobby with a session of the protocol's own, to talk to the browsers.</summary>
    public async Task<MasClient> NewPeerAsync(string name) => await Mas.ConnectAsync(await NewMemberAsync(name));

    /// <summary>A new user who is in the lobby when this returns, and has no session.</summary>
    public async Task<MasLogin> NewMemberAsync(string name)
    {
        var login = await Mas.NewUserAsync(name);
        // The lobby is joined behind the registration; a session that starts meanwhile may hear of its window twice.
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    await using var early = await MasClient.ConnectAsync(Mas.Address, login);
                    return early.Read(view => view.Group(Lobby) is not null);
                }
                catch (ProtocolViolationException)
                {
                    return true;
                }
            },
            "the lobby's window");
        await Eventually.HoldsAsync(async () => await Mas.Redis.Database.SortedSetLengthAsync($"sessionlist:{login.UserId}") == 0, "no session is left");
        return login;
    }

    /// <summary>A page of a user's in a browser profile of its own.</summary>
    public async Task<WebUser> OpenAsync(MasLogin login, VisitOptions? options = null)
    {
        var visitor = await VisitAsync(options);
        await visitor.UseLoginAsync(login);
        var user = new WebUser(visitor, login);
        await user.OpenPageAsync();
        return user;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (_system is not null)
            await _system.DisposeAsync();
    }
}

/// <summary>The browser tests of one collection run one after another on one system and in one browser: those of the page as a whole.</summary>
[CollectionDefinition(Name)]
public sealed class WebTests : ICollectionFixture<WebSystem>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "web";
}

/// <summary>Beside them, on a system and in a browser of their own: those of what is said and how it is shown.</summary>
[CollectionDefinition(Name)]
public sealed class WebTalkTests : ICollectionFixture<WebSystem>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "web: talk";
}
