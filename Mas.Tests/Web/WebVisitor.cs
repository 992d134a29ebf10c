using Mas.Tests.Client;
using Microsoft.Playwright;

namespace Mas.Tests.Web;

/// <summary>What kind of browser visits.</summary>
public sealed record VisitOptions
{
    /// <summary>The viewport.</summary>
    public (int Width, int Height) Size { get; init; } = (1280, 800);

    /// <summary>Whether the system is dark.</summary>
    public bool Dark { get; init; }

    /// <summary>Whether it is a phone: touch, no hover.</summary>
    public bool Phone { get; init; }

    /// <summary>The browser's language.</summary>
    public string Locale { get; init; } = "en-US";

    /// <summary>Console errors that a test brings about on purpose contain one of these.</summary>
    public IReadOnlyList<string> ExpectedErrors { get; init; } = [];
}

/// <summary>A browser profile with one page, which fails its test when the page reports an error of any kind.</summary>
public sealed class WebVisitor : IAsyncDisposable
{
    /// <summary>How long a browser test waits for anything.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<string> _errors = [];
    private readonly IBrowserContext _context;
    private readonly VisitOptions _options;

    private WebVisitor(IBrowserContext context, IPage page, Uri address, VisitOptions options)
    {
        _context = context;
        _options = options;
        Page = page;
        Address = address;
        Watch(page);
    }

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>The server that is visited.</summary>
    public Uri Address { get; }

    /// <summary>Opens a profile, and a blank page in it.</summary>
    internal static async Task<WebVisitor> ArriveAsync(IBrowser browser, Uri address, VisitOptions options)
    {
        var context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = address.ToString(),
            ViewportSize = new ViewportSize { Width = options.Size.Width, Height = options.Size.Height },
            ColorScheme = options.Dark ? ColorScheme.Dark : ColorScheme.Light,
            Locale = options.Locale,
            TimezoneId = "Europe/Berlin",
            HasTouch = options.Phone,
            IsMobile = options.Phone,
            DeviceScaleFactor = options.Phone ? 2 : 1,
            // Fewer frames to wait for, and the same picture each time.
            ReducedMotion = ReducedMotion.Reduce,
            Permissions = ["clipboard-read", "clipboard-write"],
        });
        context.SetDefaultTimeout((float)Patience.TotalMilliseconds);
        return new WebVisitor(context, await context.NewPageAsync(), address, options);
    }

    /// <summary>Another tab of the same profile.</summary>
    public async Task<IPage> NewTabAsync()
    {
        var page = await _context.NewPageAsync();
        Watch(page);
        return page;
    }

    /// <summary>Puts the cookie of a login into the profile.</summary>
    public async Task UseLoginAsync(MasLogin login)
    {
        var pair = login.Cookie.Split(';')[0].Split('=', 2);
        await _context.AddCookiesAsync([new Cookie { Name = pair[0], Value = pair[1], Url = Address.ToString(), HttpOnly = true, SameSite = SameSiteAttribute.Strict }]);
    }

    /// <summary>Cuts, or mends, the profile's network.</summary>
    public Task SetOfflineAsync(bool offline) => _context.SetOfflineAsync(offline);

    /// <summary>The profile's cookies.</summary>
    public async Task<IReadOnlyList<BrowserContextCookiesResult>> CookiesAsync() => await _context.CookiesAsync();

    /// <summary>Throws when a page of this profile had an error that the test doesn't expect.</summary>
    public void AssertNoErrors()
    {
        var unexpected = _errors.Where(error => !_options.ExpectedErrors.Any(expected => error.Contains(expected, StringComparison.Ordinal))).ToList();
        Assert.True(unexpected.Count == 0, string.Join('\n', unexpected));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        AssertNoErrors();
    }

    /// <summary>Violations of the Content-Security-Policy are console errors too.</summary>
    private void Watch(IPage page)
    {
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                _errors.Add(message.Text);
        };
        page.PageError += (_, error) => _errors.Add(error);
        page.Crash += (_, _) => _errors.Add("The page crashed.");
    }
}
