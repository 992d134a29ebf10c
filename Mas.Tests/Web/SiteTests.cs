using System.IO.Compression;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Mas.Tests.Web;

/// <summary>The web client's files as the server serves them: headers, encodings, caching, size.</summary>
[Collection(WebTests.Name)]
public sealed class SiteTests(WebSystem web) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None, UseCookies = false });

    [Theory]
    [InlineData("/")]
    [InlineData("/api/login")]
    [InlineData("/nothing.js")]
    public async Task Response_OfAnyKind_HasTheSecurityHeaders(string path)
    {
        using var answer = await GetAsync(path);
        var policy = Header(answer, "Content-Security-Policy");
        Assert.Contains("default-src 'none'", policy);
        Assert.Contains("script-src 'self'", policy);
        Assert.Contains("style-src 'self'", policy);
        Assert.Contains("require-trusted-types-for 'script'", policy);
        Assert.Contains("frame-ancestors 'none'", policy);
        Assert.DoesNotContain("unsafe", policy);
        Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
        Assert.Equal("no-referrer", Header(answer, "Referrer-Policy"));
        Assert.Equal("same-origin", Header(answer, "Cross-Origin-Opener-Policy"));
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Fact]
    public async Task Page_IsAskedForEachTime_AndNotSentAgainUnchanged()
    {
        using var first = await GetAsync("/");
        Assert.Equal("no-cache", Header(first, "Cache-Control"));
        Assert.Equal("text/html; charset=utf-8", first.Content.Headers.ContentType!.ToString());
        using var second = await GetAsync("/", request => request.Headers.Add("If-None-Match", Header(first, "ETag")));
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Empty(await second.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Page_Delivered_HasNothingInline()
    {
        var page = await _http.GetStringAsync(web.Mas.Address);
        Assert.DoesNotMatch("<script(?![^>]*src=)", page);
        Assert.DoesNotContain("<style", page);
        Assert.DoesNotMatch("style=|\\son\\w+=", page);
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task Assets_AreKeptForGood_AndCompressedAheadOfTime(string encoding)
    {
        var script = await MainScriptAsync();
        using var plain = await GetAsync(script);
        using var packed = await GetAsync(script, request => request.Headers.Add("Accept-Encoding", $"deflate, {encoding};q=0.8"));
        Assert.Equal("public, max-age=31536000, immutable", Header(packed, "Cache-Control"));
        Assert.Equal([encoding], packed.Content.Headers.ContentEncoding);
        Assert.Equal("Accept-Encoding", Header(packed, "Vary"));
        await using var stream = await packed.Content.ReadAsStreamAsync();
        await using Stream unpacked = encoding == "br" ? new BrotliStream(stream, CompressionMode.Decompress) : new GZipStream(stream, CompressionMode.Decompress);
        using var reader = new StreamReader(unpacked, Encoding.UTF8);
        Assert.Equal(await plain.Content.ReadAsStringAsync(), await reader.ReadToEndAsync());
        using var refused = await GetAsync(script, request => request.Headers.Add("Accept-Encoding", "br;q=0, gzip;q=0.0"));
        Assert.Empty(refused.Content.Headers.ContentEncoding);
    }

    [Fact]
    public async Task FirstLoad_Scripts_AreBelowNinetyKilobytes()
    {
        var page = await _http.GetStringAsync(web.Mas.Address);
        var total = 0L;
        foreach (Match script in Regex.Matches(page, "(?:src|href)=\"(/assets/[^\"]+\\.js)\""))
        {
            using var packed = await GetAsync(script.Groups[1].Value, request => request.Headers.Add("Accept-Encoding", "gzip"));
            total += packed.Content.Headers.ContentLength!.Value;
        }
        Assert.InRange(total, 1, 90_000);
    }

    [Fact]
    public async Task UnknownAddresses_OfThePageAreThePage_OthersAreNot()
    {
        using var page = await GetAsync("/register");
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        foreach (var path in new[] { "/assets/index-0000.js", "/api/nothing", "/../appsettings.json", "/index.html.br" })
        {
            using var missing = await GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        }
    }

    [Fact]
    public async Task Cookie_IsHiddenFromScripts_AndStaysOnTheSite()
    {
        await using var alice = await web.OpenAsync("cookie");
        await alice.Page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = $"Profile and status of {alice.Nick}" }).ClickAsync();
        await alice.Page.GetByRole(Microsoft.Playwright.AriaRole.Menuitem, new() { Name = "Log out" }).ClickAsync();
        await alice.Page.GetByLabel("Email or nick").FillAsync(alice.Nick);
        await alice.Page.GetByLabel("Password", new() { Exact = true }).FillAsync(alice.Login.Password);
        await alice.Page.Keyboard.PressAsync("Enter");
        await alice.Page.Locator(".shell").WaitForAsync();
        var cookie = Assert.Single(await alice.Visitor.CookiesAsync(), one => one.Name == "mas");
        Assert.True(cookie.HttpOnly);
        Assert.Equal(Microsoft.Playwright.SameSiteAttribute.Strict, cookie.SameSite);
        Assert.Equal("", await alice.Page.EvaluateAsync<string>("document.cookie"));
    }

    [Fact]
    public async Task Socket_OfAForeignPage_IsRefused()
    {
        var login = await web.Mas.NewUserAsync("origin");
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", "https://evil.example");
        socket.Options.SetRequestHeader("Cookie", login.Cookie);
        socket.Options.CollectHttpResponseDetails = true;
        var address = new UriBuilder(web.Mas.Address) { Scheme = "ws", Path = "/ws" }.Uri;
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(address, CancellationToken.None));
        Assert.Equal(HttpStatusCode.Forbidden, socket.HttpStatusCode);
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> MainScriptAsync() => Regex.Match(await _http.GetStringAsync(web.Mas.Address), "src=\"(/assets/[^\"]+)\"").Groups[1].Value;

    private async Task<HttpResponseMessage> GetAsync(string path, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(web.Mas.Address, path));
        change?.Invoke(request);
        return await _http.SendAsync(request);
    }

    private static string Header(HttpResponseMessage answer, string name) => string.Join(", ", answer.Headers.GetValues(name));
}
