using Microsoft.Playwright;
using Xunit.Sdk;

namespace Mas.Tests.Web;

/// <summary>That errors of a page do fail the tests: each kind is brought about once.</summary>
[Collection(WebTests.Name)]
public sealed class PageErrorTests(WebSystem web)
{
    [Theory]
    [InlineData("console.error('a canary')", "a canary")]
    [InlineData("setTimeout(() => { throw new Error('thrown canary'); })", "thrown canary")]
    [InlineData("void Promise.reject(new Error('rejected canary'))", "rejected canary")]
    // Against the policy: a script and a style inline, markup from a text, a script, a picture and a call of elsewhere.
    [InlineData("{ const script = document.createElement('script'); script.append('1'); document.body.append(script); }", "Trusted")]
    [InlineData("document.body.append(Object.assign(document.createElement('style'), { textContent: 'a {}' }))", "Content Security Policy")]
    [InlineData("document.body.setAttribute('style', 'color: red')", "Content Security Policy")]
    [InlineData("document.body.innerHTML = '<b>x</b>'", "TrustedHTML")]
    [InlineData("document.body.append(Object.assign(document.createElement('img'), { src: 'http://evil.example/x.png' }))", "Content Security Policy")]
    [InlineData("void fetch('https://evil.example/').catch(() => undefined)", "Content Security Policy")]
    [InlineData("document.body.append(Object.assign(document.createElement('iframe'), { src: 'https://evil.example/' }))", "Content Security Policy")]
    public async Task PageError_Unexpected_FailsTheTestAtItsEnd(string script, string expected)
    {
        await using var errors = await FailingPageAsync(script);
        var failure = Assert.Throws<TrueException>(errors.Visitor.AssertNoErrors);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PageErrors_ExpectedOnes_DoNotHideOthers()
    {
        var visitor = await web.VisitAsync(new VisitOptions { ExpectedErrors = ["known canary"] });
        await visitor.Page.GotoAsync("/");
        await ConsoleHearsAsync(visitor.Page, "console.error('known canary')");
        visitor.AssertNoErrors();
        await ConsoleHearsAsync(visitor.Page, "console.error('another canary')");
        Assert.Throws<TrueException>(visitor.AssertNoErrors);
        await Assert.ThrowsAsync<TrueException>(async () => await visitor.DisposeAsync());
    }

    private static Task<IConsoleMessage> ConsoleHearsAsync(IPage page, string script) => page.RunAndWaitForConsoleMessageAsync(() => page.EvaluateAsync(script));

    private async Task<Canary> FailingPageAsync(string script)
    {
        var visitor = await web.VisitAsync();
        await visitor.Page.GotoAsync("/");
        await visitor.Page.GetByLabel("Email or nick").WaitForAsync();
        visitor.AssertNoErrors();
        // As the page's own code would do it, and not through the debugger, which the policy doesn't bind.
        await visitor.Page.EvaluateAsync("script => { setTimeout(() => { " + script + " }); }", null);
        await Harness.Eventually.HoldsAsync(
            () =>
            {
                try
                {
                    visitor.AssertNoErrors();
                    return false;
                }
                catch (TrueException)
                {
                    return true;
                }
            },
            "the page's error");
        return new Canary(visitor);
    }

    /// <summary>Ends a visit whose errors were expected to fail it.</summary>
    private sealed record Canary(WebVisitor Visitor) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await Assert.ThrowsAsync<TrueException>(async () => await Visitor.DisposeAsync());
    }
}
