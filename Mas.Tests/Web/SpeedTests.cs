using System.Globalization;
using System.Runtime.CompilerServices;
using Mas.Tests.Client;
using Mas.Tests.Harness;
using Microsoft.Playwright;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.Web;

/// <summary>
/// What the page costs. The bounds are strict where they count (rows in the page, processor time of its main thread) and
/// generous where a busy machine decides; the figures themselves are written to artifacts/test/web-speed.txt.
/// </summary>
[Collection(WebTalkTests.Name)]
public sealed class SpeedTests(WebSystem web)
{
    private const int Windows = 30;
    private const int MessagesPerWindow = 100;

    /// <summary>
    /// What a message may take in a test. The goal is 4; but neighbours on the same core make the same work take several
    /// times as long, processor time or not.
    /// </summary>
    private const double MaxMilliseconds = 25;

    [Fact]
    public async Task ThirtyWindows_OpenSoonAfterTheFirstPaint_AndAMessageCostsLittle()
    {
        await using var writer = await web.NewPeerAsync("writer");
        var login = await web.NewMemberAsync("reader");
        var groups = await FillGroupsAsync(writer, login);

        var opened = new List<(double Paint, double Usable)>();
        for (var i = 0; i < 3; i++)
        {
            await using var user = await OpenAsync(login);
            opened.Add(await user.Page.EvaluateAsync<double[]>("() => [performance.getEntriesByName('first-contentful-paint')[0].startTime, window.usableAt]") is [var paint, var usable] ? (paint, usable) : default);
            Assert.Equal(Windows + 1, await user.Page.Locator(".grid .pane").CountAsync());
        }
        var sinceStart = Median(opened.Select(one => one.Usable));
        var sincePaint = Median(opened.Select(one => one.Usable - one.Paint));
        Note($"{Windows} windows of {MessagesPerWindow} messages: usable {sincePaint:0} ms after the first paint, {sinceStart:0} ms after the start (median of {opened.Count})");

        await using var reader = await OpenAsync(login);
        var cost = await CostOfMessagesAsync(reader.Page, writer, groups, 7 * Windows + 1);
        Note($"a message that arrives in a grid of {Windows} windows: {cost}");
        await reader.OpenWindowAsync(groups[0]);
        var full = await CostOfMessagesAsync(reader.Page, writer, groups[..1], 100);
        Note($"a message that arrives in a window in full size: {full}");

        Assert.InRange(sincePaint, 0, 10_000);
        Assert.InRange(cost.MainThread, 0, MaxMilliseconds);
        Assert.InRange(full.MainThread, 0, MaxMilliseconds);
    }

    [Fact]
    public async Task Scroll_ThroughTenThousandMessages_ShowsNoBlankOrJump()
    {
        await using var writer = await web.NewPeerAsync("writer");
        await using var reader = await web.OpenAsync("reader");
        var name = $"long{Guid.NewGuid():N}"[..12];
        await writer.OkAsync("CREATE", new { name });
        await reader.SayAsync($"/join {name}");
        await reader.Page.Locator($".pane.full[aria-label=\"{name}\"]").WaitForAsync();
        var window = writer.Window(name);
        await SayManyAsync(writer, Enumerable.Range(1, 10_000).Select(i => (window, TextOf(i))));
        await reader.SeesAsync("message 10000.");

        var scroll = await reader.Page.EvaluateAsync<JsonScroll>(Scroll);
        Note(string.Create(CultureInfo.InvariantCulture, $"scrolling in 10,000 messages, {scroll.Frames} frames of 400 pixels: median {scroll.Median:0.0} ms, 99 % below {scroll.P99:0.0} ms, most rows in the page {scroll.MaxRows}"));
        Assert.True(scroll.ReachedTop, "The list has no upper end.");
        Assert.InRange(scroll.Frames, 350, 20_000);
        Assert.Equal(0, scroll.Blanks);
        Assert.Equal(0, scroll.Jumps);
        Assert.InRange(scroll.MaxRows, 5, 150);
        Assert.InRange(scroll.Median, 0, 100);
        await reader.Page.Keyboard.PressAsync("Alt+End");
        await reader.SeesAsync("message 10000.");
        var cost = await CostOfMessagesAsync(reader.Page, writer, [name], 100);
        Note($"a message that arrives behind 10,000 others: {cost}");
        Assert.InRange(cost.MainThread, 0, MaxMilliseconds);
    }

    /// <summary>What scrolling through a list showed; times are milliseconds from frame to frame.</summary>
    private sealed record JsonScroll
    {
        public int Frames { get; init; }

        public double Median { get; init; }

        public double P99 { get; init; }

        public int MaxRows { get; init; }

        public int Blanks { get; init; }

        public int Jumps { get; init; }

        public bool ReachedTop { get; init; }
    }

    /// <summary>
    /// Scrolls up by 400 pixels a frame: 200 frames from the lower end, 100 from the middle, and the last 40,000 pixels to the
    /// upper end. A blank: the drawn rows don't cover the viewport. A jump: a row
    /// that is in sight in both frames did not move by what was scrolled.
    /// </summary>
    private const string Scroll =
        """
        async () => {
          const list = document.querySelector('.pane.full .timeline');
          const frame = () => new Promise(done => requestAnimationFrame(done));
          const rows = () => [...list.querySelectorAll('.timeline-row')];
          const times = [];
          let maxRows = 0, blanks = 0, jumps = 0, still = 0;
          let last = await frame();
          while (still < 5 && times.length < 20000) {
            const leap = times.length === 200 ? list.scrollHeight / 2 : times.length === 300 ? 40000 : null;
            if (leap !== null) {
              list.scrollTop = leap;
              await frame();
              last = await frame();
            }
            const box = list.getBoundingClientRect();
            const middle = rows().find(row => row.getBoundingClientRect().bottom > box.top + 40);
            const key = middle.dataset.key;
            const before = middle.getBoundingClientRect().top;
            const room = list.scrollTop;
            list.scrollTop -= 400;
            const by = Math.min(400, room);
            const now = await frame();
            // The scroll event and what it causes come within the next frame, before its paint.
            const after = await frame();
            times.push((after - last) / 2);
            last = after;
            const drawn = rows();
            maxRows = Math.max(maxRows, drawn.length);
            const there = drawn.find(row => row.dataset.key === key);
            if (!there || Math.abs(there.getBoundingClientRect().top - before - by) > 3) jumps++;
            const first = drawn[0].getBoundingClientRect().top, end = drawn.at(-1).getBoundingClientRect().bottom;
            if ((list.scrollTop > 200 && first > box.top + 1) || end < box.bottom - 60) blanks++;
            still = by === 0 ? still + 1 : 0;
          }
          times.sort((a, b) => a - b);
          return {
            frames: times.length, median: times[times.length >> 1], p99: times[Math.floor(times.length * 0.99)],
            maxRows, blanks, jumps, reachedTop: still >= 5,
          };
        }
        """;

    /// <summary>Thirty groups of a hundred messages, all of them windows of both.</summary>
    private async Task<string[]> FillGroupsAsync(MasClient writer, MasLogin reader)
    {
        await using var member = await web.Mas.ConnectAsync(reader);
        var tag = Guid.NewGuid().ToString("N")[..6];
        var groups = Enumerable.Range(1, Windows).Select(i => $"g{tag}{i:00}").ToArray();
        foreach (var name in groups)
        {
            await writer.OkAsync("CREATE", new { name });
            await member.OkAsync("JOIN", new { network = "MAS", name });
        }
        await member.WaitAsync(view => groups.All(name => view.Group(name) is not null), "all windows");
        await SayManyAsync(writer, groups.SelectMany(name => Enumerable.Range(1, MessagesPerWindow).Select(i => (writer.Window(name), TextOf(i)))));
        await member.CloseAsync();
        return groups;
    }

    /// <summary>A page that notes when every window was drawn and painted, and could be written in.</summary>
    private async Task<WebUser> OpenAsync(MasLogin login)
    {
        var visitor = await web.VisitAsync(new VisitOptions { Size = (1920, 1080) });
        await visitor.UseLoginAsync(login);
        await visitor.Page.AddInitScriptAsync(
            $$"""
            new MutationObserver((_, observer) => {
              const panes = document.querySelectorAll('.grid .pane');
              if (panes.length <= {{Windows}} || !document.querySelector('.pane .message[data-gid]') || !document.querySelector('.pane .composer textarea')) return;
              observer.disconnect();
              requestAnimationFrame(() => setTimeout(() => { window.usableAt = performance.now(); }));
            }).observe(document, { childList: true, subtree: true });
            """);
        var user = new WebUser(visitor, login);
        await user.OpenPageAsync();
        await user.Page.WaitForFunctionAsync("() => window.usableAt !== undefined && performance.getEntriesByName('first-contentful-paint').length > 0");
        return user;
    }

    /// <summary>
    /// The processor time of the main thread for one message, in milliseconds, less what the page takes when nothing comes. The
    /// last one goes to a window that is in sight.
    /// </summary>
    private static async Task<MessageCost> CostOfMessagesAsync(IPage page, MasClient writer, string[] groups, int count)
    {
        var session = await page.Context.NewCDPSessionAsync(page);
        await session.SendAsync("Performance.enable", new Dictionary<string, object> { ["timeDomain"] = "threadTicks" });
        var quiet = await MetricsAsync(session);
        // Something is waited for that takes about two seconds whatever happens: the clock of the page itself.
        await page.EvaluateAsync("() => new Promise(done => setTimeout(done, 2000))");
        var before = await MetricsAsync(session);
        var last = "";
        // Slower than the screen, so that each message has frames of its own: what comes together costs less.
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(25));
        for (var i = 0; i < count; i++)
        {
            last = $"arriving {Guid.NewGuid():N} {i}";
            await writer.SayAsync(writer.Window(groups[i % groups.Length]), last);
            await pace.WaitForNextTickAsync();
        }
        await page.Locator(".message[data-gid]", new() { HasText = last }).First.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        var after = await MetricsAsync(session);
        await session.DetachAsync();
        double Each(string name) => (after[name] - before[name] - (before[name] - quiet[name]) / (before["Timestamp"] - quiet["Timestamp"]) * (after["Timestamp"] - before["Timestamp"])) * 1000 / count;
        return new MessageCost(Each("TaskDuration"), Each("ScriptDuration"), Each("LayoutDuration") + Each("RecalcStyleDuration"));
    }

    /// <summary>Processor time for one message, in milliseconds; what is neither script nor layout is painting and the browser's own.</summary>
    private sealed record MessageCost(double MainThread, double Script, double Layout)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{MainThread:0.00} ms of main thread ({Script:0.00} script, {Layout:0.00} style and layout)");
    }

    private static async Task<Dictionary<string, double>> MetricsAsync(ICDPSession session) =>
        JObject.Parse((await session.SendAsync("Performance.getMetrics")).ToString()!)["metrics"]!
            .ToDictionary(metric => metric.Value<string>("name")!, metric => metric.Value<double>("value"));

    /// <summary>Fifty at a time, in order within a window as far as the wire keeps it.</summary>
    private static async Task SayManyAsync(MasClient writer, IEnumerable<(int Window, string Text)> texts)
    {
        foreach (var some in texts.Chunk(50))
            await Task.WhenAll(some.Select(one => writer.SayAsync(one.Window, one.Text)));
    }

    /// <summary>Lines of differing length, some with a link or code.</summary>
    private static string TextOf(int i) => (i % 9) switch
    {
        3 => $"message {i}. {string.Concat(Enumerable.Repeat("More words that run over the end of a line. ", i % 5 + 1))}",
        5 => $"message {i}. See https://example.org/page/{i} and `code {i}`",
        7 => $"message {i}.\nwith a second line",
        _ => $"message {i}.",
    };

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    private static void Note(FormattableString figure)
    {
        var folder = Directory.CreateDirectory(Path.Combine(BuildOutput.Root, "artifacts", "test"));
        File.AppendAllLines(Path.Combine(folder.FullName, "web-speed.txt"), [figure.ToString(CultureInfo.InvariantCulture)]);
    }

    private static void Note(string figure) => Note(FormattableStringFactory.Create("{0}", figure));
}
