using System.Net;
using System.Text;
using Mas.Tests.Client;
using Mas.Tests.Harness;

namespace Mas.Tests.EndToEnd;

[Collection(SharedSystem.Name)]
public sealed class HttpTests(SharedSystem shared) : IDisposable
{
    private readonly MasSystem _mas = shared.Mas;
    private readonly MasHttp _http = new(shared.Mas.Address);

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Register_NewUser_WritesTheRecordOfTheSchema()
    {
        var nick = Steps.NewName("Reg");
        var before = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var answer = await _http.PostAsync("/api/register", new { email = $"{nick}@Example.org", password = "long enough", nick, name = "Régine Öst" });

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var redis = _mas.Redis.Database;
        var userId = (string)(await redis.HashGetAsync("index:user", nick.ToLowerInvariant()))!;
        Assert.Equal(userId, (string?)await redis.HashGetAsync("index:user", $"{nick}@example.org".ToLowerInvariant()));
        var user = await redis.HashAsync($"user:{userId}");
        Assert.Equal("Régine Öst", user["name"]);
        Assert.Equal(nick, user["nick"]);
        Assert.Equal($"{nick}@Example.org", user["email"]);
        Assert.Equal("1", user["inuse"]);
        Assert.InRange(long.Parse(user["registrationtime"]), before, before + 60);
        Assert.Equal("100", user["maxwindows"]);
        Assert.Equal("127.0.0.1", user["lastip"]);
        Assert.NotEmpty(user["salt"]);
        Assert.DoesNotContain("long enough", user["passwd"]);
        Assert.True(int.Parse(userId) <= (long)await redis.StringGetAsync("nextGlobalUserId"));
    }

    [Theory]
    [InlineData("nick")]
    [InlineData("email")]
    public async Task Register_NickOrEmailTakenInOtherCase_Is409WithTheField(string taken)
    {
        var nick = Steps.NewName("taken");
        await _http.RegisterAndLoginAsync(nick);
        var other = Steps.NewName("other");
        var answer = await _http.PostAsync("/api/register", new
        {
            email = taken == "email" ? $"{nick}@example.org".ToUpperInvariant() : $"{other}@example.org",
            nick = taken == "nick" ? nick.ToUpperInvariant() : other,
            name = "Somebody",
            password = "long enough",
        });

        Assert.Equal(HttpStatusCode.Conflict, answer.Status);
        Assert.Equal(taken, answer.Json.Value<string>("field"));
        // Nothing of the refused user is left: what was claimed first is given back.
        Assert.False(await _mas.Redis.Database.HashExistsAsync("index:user", other));
        Assert.False(await _mas.Redis.Database.HashExistsAsync("index:user", $"{other}@example.org"));
    }

    [Fact]
    public async Task Register_SameNickTwentyTimesAtOnce_MakesOneUser()
    {
        var nick = Steps.NewName("race");
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            _http.PostAsync("/api/register", new { email = $"{nick}{i}@example.org", password = "long enough", nick, name = "Racer" })));

        Assert.Equal(1, answers.Count(answer => answer.Status == HttpStatusCode.OK));
        Assert.Equal(19, answers.Count(answer => answer.Status == HttpStatusCode.Conflict));
        var emails = await _mas.Redis.Database.HashGetAsync("index:user", [.. Enumerable.Range(0, 20).Select(i => (StackExchange.Redis.RedisValue)$"{nick}{i}@example.org")]);
        Assert.Equal(1, emails.Count(email => !email.IsNull));
    }

    [Theory]
    [InlineData("email", "no address")]
    [InlineData("email", "")]
    [InlineData("nick", "two words")]
    [InlineData("nick", "")]
    [InlineData("nick", "12345")]
    [InlineData("nick", "a@b.example")]
    [InlineData("name", "")]
    [InlineData("name", "line\nbreak")]
    [InlineData("password", "short")]
    public async Task Register_InvalidField_Is400WithTheField(string field, string value)
    {
        var nick = Steps.NewName("bad");
        var fields = new Dictionary<string, string>
        {
            ["email"] = $"{nick}@example.org",
            ["nick"] = nick,
            ["name"] = "Somebody",
            ["password"] = "long enough",
            [field] = value,
        };
        var answer = await _http.PostAsync("/api/register", fields);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(field, answer.Json.Value<string>("field"));
        Assert.NotEmpty(answer.Json.Value<string>("errorMsg")!);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"email\":")]
    [InlineData("{\"email\":{\"a\":1},\"nick\":5,\"name\":null,\"password\":[]}")]
    public async Task Register_MalformedBody_Is400(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        var answer = await _http.SendAsync(HttpMethod.Post, "/api/register", content, null);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
    }

    [Fact]
    public async Task Login_RightPassword_SetsHttpOnlyCookieAndReturnsSecret()
    {
        var login = await _mas.NewUserAsync("login");
        var answer = await _http.PostAsync("/api/login", new { username = login.Nick.ToUpperInvariant(), password = login.Password });

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.True(answer.Json.Value<bool>("success"));
        Assert.Equal(login.UserId, answer.Json["userId"]!.ToObject<string>());
        Assert.True(answer.Json.Value<long>("expires") > DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        var cookie = answer.Headers["set-cookie"];
        Assert.StartsWith("mas=", cookie, StringComparison.Ordinal);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("path=/", cookie, StringComparison.OrdinalIgnoreCase);
        // Redis never holds what the client holds.
        var secret = answer.Json.Value<string>("secret")!;
        var user = await _mas.Redis.Database.HashAsync($"user:{login.UserId}");
        Assert.NotEmpty(user["secret"]);
        Assert.NotEqual(secret, user["secret"]);
    }

    [Fact]
    public async Task Login_ByEmailAsForm_Works()
    {
        var login = await _mas.NewUserAsync("form");
        var answer = await _http.PostFormAsync("/api/login", new Dictionary<string, string> { ["username"] = login.Email, ["password"] = login.Password });

        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Login_WrongPasswordOrUnknownUser_AreTheSame401(bool exists)
    {
        var username = exists ? (await _mas.NewUserAsync("wrong")).Nick : "nobody-of-this-name";
        var answer = await _http.PostAsync("/api/login", new { username, password = "not the password" });

        Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
        Assert.Equal("INCORRECT_PASSWORD", answer.Json.Value<string>("status"));
        Assert.False(answer.Headers.ContainsKey("set-cookie"));
    }

    [Fact]
    public async Task Logout_OneOfTwoLogins_EndsItsSessionsOnly()
    {
        var first = await _mas.NewUserAsync("logout");
        var second = await _http.LoginAsync(first.Nick, first.Email, first.Password);
        var ended = await _mas.ConnectAsync(first);
        var stays = await _mas.ConnectAsync(second);

        Assert.Equal(HttpStatusCode.OK, (await _http.PostAsync("/api/logout", null, first.Cookie)).Status);

        Assert.Equal("LOGGED_OUT", (await ended.Ended.WaitAsync(Eventually.DefaultDeadline)).Code);
        await stays.OkAsync("GET_PROFILE");
        var refused = await Assert.ThrowsAsync<MasSessionEndedException>(() => MasClient.ConnectAsync(_mas.Address, first));
        Assert.Equal("INVALID_SECRET", refused.Termination.Code);
    }

    [Fact]
    public async Task Logout_AllSessions_EndsEveryLogin()
    {
        var first = await _mas.NewUserAsync("logoutall");
        var second = await _http.LoginAsync(first.Nick, first.Email, first.Password);
        var one = await _mas.ConnectAsync(first);
        var other = await _mas.ConnectAsync(second);

        Assert.Equal(HttpStatusCode.OK, (await _http.PostAsync("/api/logout", new { allSessions = true }, first.Cookie)).Status);

        Assert.Equal("LOGGED_OUT", (await one.Ended.WaitAsync(Eventually.DefaultDeadline)).Code);
        Assert.Equal("LOGGED_OUT", (await other.Ended.WaitAsync(Eventually.DefaultDeadline)).Code);
    }

    [Fact]
    public async Task Ticket_UsedTwice_WorksOnce()
    {
        var login = await _mas.NewUserAsync("ticket");
        var ticket = await _http.TicketAsync(login);

        await using var first = await RawSession.OpenAsync(_mas.Address, new { version = "1.0", ticket });
        Assert.Equal("INIT_OK", (await first.NextAsync())!.Value<string>("type"));
        await using var second = await RawSession.OpenAsync(_mas.Address, new { version = "1.0", ticket });
        Assert.Equal("INVALID_SECRET", (await second.NextAsync())!.Value<string>("code"));
    }

    [Fact]
    public async Task Ticket_WithoutLogin_Is401()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, (await _http.PostAsync("/api/ticket", null)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _http.PostAsync("/api/ticket", null, "mas=1-forged")).Status);
    }

    [Fact]
    public async Task PasswordReset_ByMail_SetsNewPasswordOnceAndEndsLogins()
    {
        var login = await _mas.NewUserAsync("reset");
        var session = await _mas.ConnectAsync(login);
        await _http.PostAsync("/api/forgot-password", new { email = login.Email });
        var token = await MailedTokenAsync(login.Email);
        Assert.Equal(login.UserId, (string?)await _mas.Redis.Database.StringGetAsync($"passwordresettoken:{token}"));

        var reset = await _http.PostAsync("/api/reset-password", new { token, password = "a new password" });

        Assert.Equal(HttpStatusCode.OK, reset.Status);
        Assert.Equal("LOGGED_OUT", (await session.Ended.WaitAsync(Eventually.DefaultDeadline)).Code);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _http.PostAsync("/api/login", new { username = login.Nick, password = login.Password })).Status);
        await _http.LoginAsync(login.Nick, login.Email, "a new password");
        Assert.Equal(HttpStatusCode.BadRequest, (await _http.PostAsync("/api/reset-password", new { token, password = "a third password" })).Status);
    }

    [Fact]
    public async Task PasswordReset_UnknownEmail_IsAnsweredAsAKnownOne()
    {
        var login = await _mas.NewUserAsync("known");
        var known = await _http.PostAsync("/api/forgot-password", new { email = login.Email });
        var unknown = await _http.PostAsync("/api/forgot-password", new { email = "nobody@example.org" });

        Assert.Equal(known.Status, unknown.Status);
        Assert.Equal(known.Text, unknown.Text);
    }

    [Fact]
    public async Task PasswordReset_OfAnAddressThatWouldBeRefusedToday_IsAnsweredAsAnother()
    {
        var login = await _mas.NewUserAsync("old");
        var email = await _mas.GiveEmailOfOtherRulesAsync(login);

        var known = await _http.PostAsync("/api/forgot-password", new { email });
        var unknown = await _http.PostAsync("/api/forgot-password", new { email = "nobody@@example.org" });

        Assert.Equal((HttpStatusCode.OK, known.Text), (known.Status, unknown.Text));
        Assert.Equal(HttpStatusCode.BadRequest, (await _http.PostAsync("/api/forgot-password", new { email = login.Nick })).Status);
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    public async Task Health_AnotherMethod_IsNotAllowed(string path)
    {
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await _http.PostAsync(path, null)).Status);
        Assert.Equal(HttpStatusCode.OK, (await _http.SendAsync(HttpMethod.Head, path, null, null)).Status);
    }

    [Fact]
    public async Task Health_RunningSystem_IsLiveAndReady()
    {
        var live = await _http.GetAsync("/healthz");
        var ready = await _http.GetAsync("/readyz");

        Assert.Equal((HttpStatusCode.OK, "ok\n", "text/plain; charset=utf-8"), (live.Status, live.Text, live.Headers["content-type"]));
        Assert.Equal((HttpStatusCode.OK, """{"redis":true,"loopback":true,"irc":false}"""), (ready.Status, ready.Text));
    }

    private async Task<string> MailedTokenAsync(string email)
    {
        var token = "";
        await Eventually.HoldsAsync(
            () =>
            {
                var mail = Directory.GetFiles(_mas.MailFolder, "*.eml").Select(File.ReadAllText).FirstOrDefault(text => text.Contains(email, StringComparison.OrdinalIgnoreCase));
                var start = mail?.IndexOf("reset-password=", StringComparison.Ordinal) ?? -1;
                token = start < 0 ? "" : new string([.. mail![(start + "reset-password=".Length)..].TakeWhile(c => !char.IsWhiteSpace(c))]);
                return token.Length > 0;
            },
            $"a mail to {email} with a link in {_mas.MailFolder}");
        return token;
    }
}
