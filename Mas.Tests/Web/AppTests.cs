using System.Text.RegularExpressions;
using Mas.Tests.Harness;
using Microsoft.Playwright;

namespace Mas.Tests.Web;

/// <summary>The page as an app: it opens without a network, is installed when the user wants it, and asks before an update.</summary>
[Collection(WebTests.Name)]
public sealed class AppTests(WebSystem web)
{
    private static readonly VisitOptions WithoutNetwork = new() { ExpectedErrors = ["WebSocket connection to", "ERR_INTERNET_DISCONNECTED", "ERR_CONNECTION_REFUSED"] };

    [Fact]
    public async Task WithoutANetwork_ThePageOpensFromItsShell_AndIsBackWithIt()
    {
        await using var alice = await web.OpenAsync("alice", WithoutNetwork);
        await HasWorkerAsync(alice.Page);
        await alice.Visitor.SetOfflineAsync(true);
        await alice.Page.ReloadAsync();
        await alice.Page.GetByText("You are offline.").WaitForAsync();
        Assert.True(await alice.Page.EvaluateAsync<bool>("() => document.styleSheets[0].cssRules.length > 10"));
        await alice.Visitor.SetOfflineAsync(false);
        await alice.Page.Locator(".shell").WaitForAsync();
        await alice.SayAsync("Back again");
        await alice.SeesAsync("Back again");
    }

    [Fact]
    public async Task App_OpenedWhileTheServerIsAway_WaitsForIt()
    {
        await using var alice = await web.OpenAsync("alice", WithoutNetwork);
        await HasWorkerAsync(alice.Page);
        await web.Mas.Servers[0].Process.StopAsync();
        await alice.Page.ReloadAsync();
        await alice.Page.GetByText("Connecting…").WaitForAsync();
        await web.Mas.StartServerAgainAsync(0);
        await web.Mas.IsReadyAsync();
        await alice.Page.Locator(".shell").WaitForAsync();
    }

    [Fact]
    public async Task NewVersion_WhileInUse_WaitsUntilTheUserSaysSo()
    {
        using var folder = new TempFolder("wwwroot");
        CopyClient(folder.Path);
        var url = $"http://127.0.0.1:{FreePort.Next()}";
        await using var mas = await MasSystem.StartAsync(new MasSystemOptions
        {
            Settings = new Dictionary<string, string> { ["Server:Url"] = url, ["WebClient:Folder"] = folder.Path, ["Accounts:InitialGroups"] = WebSystem.Lobby },
        });
        await using var visitor = await web.VisitAsync(mas.Address, WithoutNetwork);
        var login = await mas.NewUserAsync("alice");
        await visitor.UseLoginAsync(login);
        var user = new WebUser(visitor, login);
        await user.OpenPageAsync();
        await HasWorkerAsync(user.Page);

        // A new build: the page says so in its description, the worker in its version.
        Change(folder.Path, "index.html", "groups, one-on-ones and IRC in one place", "the new version");
        Change(folder.Path, "sw.js", "\"version\":\"", "\"version\":\"new");
        await mas.Servers[0].Process.StopAsync();
        await mas.StartServerAgainAsync(0);
        await mas.IsReadyAsync();
        await user.Page.ReloadAsync();
        var toast = user.Page.Locator(".toast", new() { HasText = "A new version of MAS is ready." });
        await toast.WaitForAsync();
        Assert.DoesNotContain("the new version", await DescriptionAsync(user.Page));

        // Not now: what is open stays as it is, also over a reload, which asks again.
        await toast.GetByRole(AriaRole.Button, new() { Name = "Later" }).ClickAsync();
        await Assertions.Expect(toast).ToHaveCountAsync(0);
        await user.Page.ReloadAsync();
        await toast.WaitForAsync();
        Assert.DoesNotContain("the new version", await DescriptionAsync(user.Page));

        await toast.GetByRole(AriaRole.Button, new() { Name = "Reload now" }).ClickAsync();
        await Assertions.Expect(user.Page.Locator("meta[name=description]")).ToHaveAttributeAsync("content", new Regex("the new version"));
        await user.Page.Locator(".shell").WaitForAsync();
        // The old version's files are gone.
        Assert.Single(await user.Page.EvaluateAsync<string[]>("() => caches.keys()"));
    }

    [Fact]
    public async Task BrowsersOffer_ToInstall_IsKeptInTheMenuUntilItIsUsed()
    {
        await using var alice = await web.OpenAsync("alice");
        var profile = alice.Page.GetByRole(AriaRole.Button, new() { Name = $"Profile and status of {alice.Nick}" });
        var entry = alice.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Install MAS as an app" });
        await profile.ClickAsync();
        await alice.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Settings" }).WaitForAsync();
        await Assertions.Expect(entry).ToHaveCountAsync(0);
        await alice.Page.Keyboard.PressAsync("Escape");

        // As Chrome does it once it has found manifest, icons and worker in order.
        var prevented = await alice.Page.EvaluateAsync<bool>(
            """
            () => {
              const offer = Object.assign(new Event('beforeinstallprompt', { cancelable: true }), { prompt: async () => { window.asked = true; } });
              dispatchEvent(offer);
              return offer.defaultPrevented;
            }
            """);
        Assert.True(prevented);
        await profile.ClickAsync();
        await entry.ClickAsync();
        Assert.True(await alice.Page.EvaluateAsync<bool>("() => window.asked"));
        await profile.ClickAsync();
        await Assertions.Expect(entry).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Manifest_Icons_Exist()
    {
        await using var visitor = await web.VisitAsync();
        await visitor.Page.GotoAsync("/");
        var sizes = await visitor.Page.EvaluateAsync<string[]>(
            """
            async () => {
              const link = document.querySelector('link[rel=manifest]').href;
              const manifest = await (await fetch(link)).json();
              if (manifest.display !== 'standalone' || manifest.start_url !== '/') throw new Error('not an app');
              const pictures = manifest.icons.filter(icon => icon.type === 'image/png');
              return Promise.all(pictures.map(async icon => {
                const picture = new Image();
                picture.src = icon.src;
                await picture.decode();
                return `${picture.naturalWidth}x${picture.naturalHeight} ${icon.sizes}`;
              }));
            }
            """);
        Assert.Equal(["192x192 192x192", "512x512 512x512", "512x512 512x512"], sizes);
    }

    /// <summary>Waits until the worker holds the shell and answers for the page.</summary>
    private static async Task HasWorkerAsync(IPage page) => await page.EvaluateAsync(
        """
        async () => {
          await navigator.serviceWorker.ready;
          if (!navigator.serviceWorker.controller) await new Promise(done => navigator.serviceWorker.addEventListener('controllerchange', done, { once: true }));
        }
        """);

    private static async Task<string> DescriptionAsync(IPage page) => (await page.Locator("meta[name=description]").GetAttributeAsync("content"))!;

    /// <summary>The build beside the server, without what was compressed ahead: its changed files are served as they are.</summary>
    private static void CopyClient(string to)
    {
        var from = Path.Combine(Path.GetDirectoryName(BuildOutput.AssemblyOf("Mas.Server"))!, "wwwroot");
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Where(file => Path.GetExtension(file) is not (".br" or ".gz")))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private static void Change(string folder, string file, string old, string next)
    {
        var path = Path.Combine(folder, file);
        var text = File.ReadAllText(path);
        Assert.Matches(Regex.Escape(old), text);
        File.WriteAllText(path, text.Replace(old, next, StringComparison.Ordinal));
    }
}
