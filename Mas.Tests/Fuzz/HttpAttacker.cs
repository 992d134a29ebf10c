using System.Net;
using System.Text;
using Mas.Tests.Client;
using Mas.Tests.Harness;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.Fuzz;

/// <summary>One user who sends spoilt HTTP calls and looks at everything that comes back.</summary>
/// <param name="mas">What is attacked.</param>
/// <param name="victims">Whom.</param>
/// <param name="login">The attacker's own login.</param>
/// <param name="seed">Chooses the calls.</param>
internal sealed class HttpAttacker(MasSystem mas, FuzzVictims victims, MasLogin login, int seed) : IDisposable
{
    // Each call over a connection of its own: the server closes one behind a call whose body it did not want, perhaps just when the
    // next call goes out.
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.Zero })
    {
        BaseAddress = mas.Address,
        Timeout = TimeSpan.FromSeconds(60),
    };

    /// <summary>How often each path answered with each status.</summary>
    public Dictionary<(string Path, HttpStatusCode Status), int> Answers { get; } = [];

    /// <summary>Makes so many calls, one after the other.</summary>
    public async Task RunAsync(int calls)
    {
        var random = new Random(seed);
        var frames = new FrameGrammar(victims, random);
        var own = login;
        for (var i = 0; i < calls; i++)
        {
            var grammar = new HttpGrammar(mas.Address, victims, own, frames, new FrameMutator(frames, random), random);
            using var call = grammar.Next();
            var path = call.RequestUri!.OriginalString.Split('?')[0];
            using var answer = await SendAsync(call);
            await LookAsync(call, path, answer);
            // Logged out, or with another password: a new login, or all that is left is to be refused.
            if (answer.IsSuccessStatusCode && path == "/api/logout")
                own = await LoginAgainAsync();
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage call)
    {
        try
        {
            return await _http.SendAsync(call);
        }
        catch (HttpRequestException e)
        {
            throw new InvalidOperationException($"No answer to {call}\n{mas.Logs}", e);
        }
    }

    private async Task<MasLogin> LoginAgainAsync()
    {
        using var http = new MasHttp(mas.Address);
        return await http.LoginAsync(login.Nick, login.Email, login.Password);
    }

    private async Task LookAsync(HttpRequestMessage call, string path, HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadAsByteArrayAsync();
        var told = $"{call.Method} {call.RequestUri} {call.Headers} {(call.Content is null ? "" : call.Content.Headers + " " + Encoding.UTF8.GetString(await call.Content.ReadAsByteArrayAsync()))}: {(int)answer.StatusCode}";
        told = told[..Math.Min(told.Length, 3000)];
        Assert.True((int)answer.StatusCode < 500, $"{told}\n{mas.Logs}");
        Assert.Null(victims.FindIn(body) is { } secret ? $"{secret} came behind {told}" : null);
        Assert.Null(victims.FindIn(Encoding.UTF8.GetBytes(answer.Headers.ToString())) is { } inHeader ? $"{inHeader} came in a header behind {told}" : null);
        // Whoever is refused is told why, in the same form everywhere.
        if (call.Method == HttpMethod.Post && path.StartsWith("/api/", StringComparison.Ordinal) && answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Conflict
            && answer.Content.Headers.ContentType?.MediaType == "application/json")
            Assert.NotEmpty(JObject.Parse(Encoding.UTF8.GetString(body)).Value<string>("errorMsg")!);
        if (path == "/api/login" && answer.StatusCode == HttpStatusCode.OK)
            Assert.Equal(login.UserId, JsonConvert.DeserializeObject<JObject>(Encoding.UTF8.GetString(body))!.Value<string>("userId"));
        Answers[(path, answer.StatusCode)] = Answers.GetValueOrDefault((path, answer.StatusCode)) + 1;
    }
}
