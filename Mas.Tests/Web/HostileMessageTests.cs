using System.Diagnostics;
using Microsoft.Playwright;

namespace Mas.Tests.Web;

/// <summary>Messages that try to be something else than text.</summary>
[Collection(WebTalkTests.Name)]
public sealed class HostileMessageTests(WebSystem web)
{
    /// <summary>A walk through the whole list takes a second or two on a machine that is not busy.</summary>
    private static readonly TimeSpan WalkTakes = TimeSpan.FromMinutes(1);

    private static readonly string[] Seeds =
    [
        "<script>window.hurt = 1</script>", "<img src=x onerror=\"window.hurt = 1\">", "<svg onload=window.hurt=1>", "\"><script>window.hurt=1</script>",
        "<a href=\"javascript:window.hurt=1\">click</a>", "javascript:window.hurt=1", "<iframe srcdoc=\"<script>parent.hurt=1</script>\">",
        "<style>* { display: none }</style>", "<base href=//evil.example>", "<form action=//evil.example><button>Log in</button></form>",
        "<math><mtext><table><mglyph><style><img src=x onerror=window.hurt=1>", "&lt;script&gt;window.hurt=1&lt;/script&gt;", "{{constructor.constructor('window.hurt=1')()}}",
        "${window.hurt=1}", "`${window.hurt=1}`", "```html\n<script>window.hurt=1</script>\n```", "`<b>bold</b>`", "[x](javascript:window.hurt=1)", "![x](x onerror=window.hurt=1)",
        "https://example.org/\"onmouseover=\"window.hurt=1", "https://example.org/<script>", "http://user:pass@example.org/%3Cscript%3E", "data:text/html,<script>window.hurt=1</script>",
        "\u202Egnirts desrever\u202C", "\u2066\u2067\u2068isolates\u2069", "Z\u0351\u036B\u0343\u036A\u0302\u036B\u033D\u034F\u0334\u0319\u0324\u031E\u0349\u035A\u032F\u031E\u0320\u034DA\u036B\u0357\u0334\u0362\u0335\u031C\u0330\u0354L\u0368\u0367\u0369\u0358\u0320G\u0311\u0357\u030E\u0305\u035B\u0341O",
        "\u200B\u200C\u200D\uFEFFinvisible", "\uD83D\uDC69\u200D\uD83D\uDC69\u200D\uD83D\uDC67\u200D\uD83D\uDC66", "\uFFFE\uFFFF nonchar", "ﷺﷺﷺﷺﷺ", "\u0003" + "04,02colours\u0003 \u0002bold\u0002 \u001Ditalic\u001D \u0016reverse\u0016", "\u0003" + "99,99\u0004ZZZZZZ\u0004FF0000\u000F",
        "\u0003\u0003\u0003\u0002\u0016\u001F\u001E\u0011nested\u000F", "\u0001ACTION waves\u0001", "\u0007\u0008\u001B[31mterminal\u001B[0m", "\u0000nul", "__proto__", "constructor", "toString", "[object Object]", "null", "undefined", "NaN",
        "-->", "]]>", "*/", "'; DROP TABLE users; --", "%s%n%x", "../../etc/passwd", "#\u202Eevil", "@everyone", ":tada:" + new string(':', 50), new string('`', 99), new string('*', 200),
    ];

    [Fact]
    public async Task Messages_TwoHundredHostileOnes_StayText()
    {
        await using var mallory = await web.NewPeerAsync("mallory");
        var name = $"hostile{Guid.NewGuid():N}"[..14];
        await mallory.OkAsync("CREATE", new { name });
        var window = mallory.Window(name);
        var sent = new List<string>();
        for (var i = 0; sent.Count < 200; i++)
        {
            var text = $"{Seeds[i % Seeds.Length]} \u2022{i}";
            // What the server itself refuses can't reach anybody.
            if ((string?)(await mallory.RequestAsync("SEND", new { windowId = window, text }))["status"] == "OK")
                sent.Add(text);
            Assert.True(i < 400, "The server refuses too much of this.");
        }
        await mallory.OkAsync("UPDATE_TOPIC", new { windowId = window, topic = "<img src=x onerror=window.hurt=1> topic" });

        await using var alice = await web.OpenAsync("alice");
        await alice.SayAsync($"/join {name}");
        await alice.Page.Locator($".pane.full[aria-label=\"{name}\"]").WaitForAsync();
        var shown = await CollectAsync(alice.Page);

        var missing = sent.Where(text => !shown.Any(body => Plain(body).Contains(Plain(text), StringComparison.Ordinal))).ToList();
        Assert.True(missing.Count == 0, $"{missing.Count} messages are not shown as text: {string.Join(" | ", missing.Take(5))}");
        Assert.False(await alice.Page.EvaluateAsync<bool>("'hurt' in window"));
        var foreign = await alice.Page.EvaluateAsync<string[]>("[...document.querySelectorAll('.timeline script, .timeline iframe, .timeline img, .timeline form, .timeline style, .timeline base, .timeline object, .timeline [onerror], .timeline [onload]')].map(element => element.outerHTML)");
        Assert.Empty(foreign);
        Assert.True(await alice.Page.Locator(".composer").IsVisibleAsync());
    }

    [Fact]
    public async Task Links_OpenWithoutAccessToThePage_AndOnlyOnTheWeb()
    {
        await using var alice = await web.OpenAsync("alice");
        await alice.SayAsync("see https://example.org/page and javascript:alert(1)");
        await alice.SeesAsync("see https://example.org/page");
        var links = alice.Confirmed("see https://example.org/page").Locator(".body a");
        Assert.Equal(1, await links.CountAsync());
        Assert.Equal("noopener noreferrer", await links.GetAttributeAsync("rel"));
        Assert.Equal("_blank", await links.GetAttributeAsync("target"));
    }

    /// <summary>Walks through the whole list, since only what is in sight is drawn.</summary>
    /// <exception cref="TimeoutException">It did not come to the list's beginning in time.</exception>
    private static async Task<HashSet<string>> CollectAsync(IPage page)
    {
        var bodies = new HashSet<string>();
        var list = page.Locator(".pane.full .timeline");
        var clock = Stopwatch.StartNew();
        while (true)
        {
            if (clock.Elapsed > WalkTakes)
                throw new TimeoutException($"Not at the beginning of the list within {WalkTakes.TotalSeconds:0} s; {bodies.Count} messages were shown.");
            var before = bodies.Count;
            bodies.UnionWith(await page.Locator(".pane.full .message .body").AllTextContentsAsync());
            var moved = await list.EvaluateAsync<bool>(
                """
                async list => {
                  const was = list.scrollTop + list.scrollHeight;
                  list.scrollTop -= 350;
                  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
                  return list.scrollTop + list.scrollHeight !== was;
                }
                """);
            if (!moved && bodies.Count == before && await page.Locator(".pane.full .beginning").CountAsync() > 0)
                return bodies;
        }
    }

    /// <summary>What is left when formatting, control characters, code marks and white space are taken away.</summary>
    private static string Plain(string text)
    {
        var withoutColours = System.Text.RegularExpressions.Regex.Replace(text, "\u0003\\d{0,2}(,\\d{1,2})?|\u0004([0-9a-fA-F]{6})?(,[0-9a-fA-F]{6})?", "");
        return new string([.. withoutColours.Replace("```html", "html").Where(c => !char.IsControl(c) && !char.IsWhiteSpace(c) && c != '`' && !char.IsSurrogate(c) && c is not ('\uFFFD' or '\uFFFE' or '\uFFFF'))]);
    }
}
