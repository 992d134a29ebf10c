using System.Net;
using System.Text;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.Client;

/// <summary>The answer of an HTTP call.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Text">The body.</param>
/// <param name="Headers">All headers by lower-case name; several values of one are joined by newlines.</param>
public sealed record MasHttpAnswer(HttpStatusCode Status, string Text, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The body as a JSON object.</summary>
    public JObject Json => JObject.Parse(Text);
}

/// <summary>The HTTP side of a MAS server: accounts, tickets, health, metrics. Cookies are passed by hand, to be seen.</summary>
public sealed class MasHttp : IDisposable
{
    /// <summary>The password of every user that <see cref="RegisterAndLoginAsync"/> makes.</summary>
    public const string DefaultPassword = "correct horse 1";

    private readonly HttpClient _http;

    /// <summary>Talks to one server.</summary>
    public MasHttp(Uri server) => _http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false })
    {
        BaseAddress = server,
        Timeout = TimeSpan.FromSeconds(30),
    };

    /// <summary>POSTs JSON.</summary>
    /// <param name="path">Such as <c>/api/login</c>.</param>
    /// <param name="body">An object that becomes JSON, or null for an empty body.</param>
    /// <param name="cookie">The Cookie header, if any.</param>
    public Task<MasHttpAnswer> PostAsync(string path, object? body, string? cookie = null) => SendAsync(
        HttpMethod.Post,
        path,
        body is null ? null : new StringContent(JObject.FromObject(body).ToString(), Encoding.UTF8, "application/json"),
        cookie);

    /// <summary>POSTs the fields of a form.</summary>
    public Task<MasHttpAnswer> PostFormAsync(string path, IReadOnlyDictionary<string, string> fields) =>
        SendAsync(HttpMethod.Post, path, new FormUrlEncodedContent(fields), null);

    /// <summary>GETs a path.</summary>
    public Task<MasHttpAnswer> GetAsync(string path, string? cookie = null) => SendAsync(HttpMethod.Get, path, null, cookie);

    /// <summary>Any call.</summary>
    public async Task<MasHttpAnswer> SendAsync(HttpMethod method, string path, HttpContent? content, string? cookie)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (cookie is not null)
            request.Headers.Add("Cookie", cookie);
        using var response = await _http.SendAsync(request);
        var headers = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(header => header.Key.ToLowerInvariant(), header => string.Join('\n', header.Value));
        return new MasHttpAnswer(response.StatusCode, await response.Content.ReadAsStringAsync(), headers);
    }

    /// <summary>Whether <c>/readyz</c> says 200; a server that does not answer at all is not ready.</summary>
    public async Task<bool> IsReadyAsync()
    {
        try
        {
            return (await GetAsync("/readyz")).Status == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Registers a user with this nick and logs it in.</summary>
    public async Task<MasLogin> RegisterAndLoginAsync(string nick, string password = DefaultPassword)
    {
        var email = $"{nick}@example.org";
        var registered = await PostAsync("/api/register", new { email, password, nick, name = $"Name of {nick}" });
        if ((int)registered.Status is < 200 or > 299)
            throw new HttpRequestException($"Registering {nick}: {(int)registered.Status} {registered.Text}");
        return await LoginAsync(nick, email, password);
    }

    /// <summary>Logs a user in by its nick.</summary>
    public async Task<MasLogin> LoginAsync(string nick, string email, string password)
    {
        var answer = await PostAsync("/api/login", new { username = nick, password });
        if (answer.Status != HttpStatusCode.OK)
            throw new HttpRequestException($"Logging in {nick}: {(int)answer.Status} {answer.Text}");
        var json = answer.Json;
        return new MasLogin(
            json["userId"]!.Value<string>()!, nick, email, password, json["secret"]!.Value<string>()!, CookieOf(answer));
    }

    /// <summary>Gets a ticket for one upgrade.</summary>
    public async Task<string> TicketAsync(MasLogin login)
    {
        var answer = await PostAsync("/api/ticket", null, login.Cookie);
        if (answer.Status != HttpStatusCode.OK)
            throw new HttpRequestException($"Ticket for {login.Nick}: {(int)answer.Status} {answer.Text}");
        return answer.Json["ticket"]!.Value<string>()!;
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static string CookieOf(MasHttpAnswer login) =>
        login.Headers["set-cookie"].Split('\n').Single(cookie => cookie.StartsWith("mas=", StringComparison.Ordinal)).Split(';')[0];
}
