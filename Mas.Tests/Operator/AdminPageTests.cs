using System.Net;
using System.Text;
using Mas.Tests.Client;
using Mas.Tests.Harness;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.Operator;

/// <summary>The calls of /admin: who gets in, what they do, and what is recorded.</summary>
public sealed class AdminPageTests(OperatorFixture on) : IClassFixture<OperatorFixture>, IDisposable
{
    private readonly MasHttp _http = new(on.Mas.Address);
    private readonly HttpClient _client = new() { BaseAddress = on.Mas.Address };

    private string Origin => on.Mas.Address.GetLeftPart(UriPartial.Authority);

    public void Dispose()
    {
        _http.Dispose();
        _client.Dispose();
    }

    [Theory]
    [InlineData("/admin/")]
    [InlineData("/admin/admin.js")]
    [InlineData("/admin/api/overview")]
    [InlineData("/admin/api/audit")]
    [InlineData("/admin/api/scripts")]
    public async Task Admin_WithoutThePermission_IsRefused(string path)
    {
        var alice = await on.Mas.NewUserAsync("alice");

        Assert.Equal(HttpStatusCode.Unauthorized, (await _http.GetAsync(path)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await _http.GetAsync(path, alice.Cookie)).Status);
        await on.RunAsync("permit", alice.UserId, "admin", "yes");
        Assert.Equal(HttpStatusCode.OK, (await _http.GetAsync(path, alice.Cookie)).Status);
        await on.RunAsync("permit", alice.UserId, "admin", "no");
        Assert.Equal(HttpStatusCode.Forbidden, (await _http.GetAsync(path, alice.Cookie)).Status);
    }

    [Fact]
    public async Task Run_FromAnotherOriginOrAsAForm_IsRefusedAndDoesNothing()
    {
        var admin = await NewAdminAsync();
        var alice = await on.Mas.NewClientAsync("alice");
        var body = new { script = "disable", arguments = new[] { alice.UserId } };

        foreach (var origin in new[] { "https://evil.example", "null", null })
            Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(admin, body, origin)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(admin, body, Origin, "text/plain")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(null, body, Origin)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(alice.Login, body, Origin)).Status);

        await alice.OkAsync("GET_PROFILE");
        Assert.Equal("1", (string?)await on.Db.HashGetAsync($"user:{alice.UserId}", "inuse"));
    }

    [Fact]
    public async Task Run_AnAction_DoesItTellsTheClientAndIsRecorded()
    {
        var admin = await NewAdminAsync();
        var alice = await on.Mas.NewClientAsync("alice");

        var answer = await PostAsync(admin, new { script = "end-session", arguments = new[] { alice.UserId } }, Origin);

        Assert.Equal(alice.SessionId, (string?)answer.Json["rows"]![0]![0]);
        Assert.Equal("LOGGED_OUT", (await alice.Ended.WaitAsync(Eventually.DefaultDeadline)).Code);
        var entry = (await AuditAsync(admin)).First(entry => entry.Value<string>("what") == $"end-session {alice.UserId}");
        Assert.Equal(admin.UserId, entry.Value<string>("who"));
        Assert.Equal("127.0.0.1", entry.Value<string>("from"));
        Assert.Equal("OK", entry.Value<string>("result"));
    }

    [Fact]
    public async Task Run_AnActionAsIfItWereALaterStep_IsRecorded()
    {
        var admin = await NewAdminAsync();
        var alice = await on.Mas.NewUserAsync("alice");

        await PostAsync(admin, new { script = "disable", arguments = new[] { alice.UserId }, cursor = "7" }, Origin);

        Assert.Equal("0", (string?)await on.Db.HashGetAsync($"user:{alice.UserId}", "inuse"));
        Assert.Contains(await AuditAsync(admin), entry => entry.Value<string>("what") == $"disable {alice.UserId}");
    }

    [Fact]
    public async Task Run_ARefusedAction_SaysWhyAndIsRecorded()
    {
        var admin = await NewAdminAsync();

        var answer = await PostAsync(admin, new { script = "disable", arguments = new[] { "nobody-of-this-name" } }, Origin);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Contains("NOT_FOUND", answer.Json.Value<string>("error"));
        Assert.Contains(await AuditAsync(admin), entry => entry.Value<string>("what") == "disable nobody-of-this-name" && entry.Value<string>("result")!.Contains("NOT_FOUND"));
    }

    [Fact]
    public async Task Run_ResetToken_IsRecordedWithoutTheToken()
    {
        var admin = await NewAdminAsync();
        var alice = await on.Mas.NewUserAsync("alice");

        var answer = await PostAsync(admin, new { script = "reset-token", arguments = new[] { alice.UserId } }, Origin);

        var token = (string)answer.Json["rows"]![0]![1]!;
        Assert.True(await on.Db.KeyExistsAsync($"passwordresettoken:{token}"));
        Assert.Contains(await AuditAsync(admin), entry => entry.Value<string>("what") == $"reset-token {alice.UserId} …");
        Assert.DoesNotContain(await AuditAsync(admin), entry => entry.ToString().Contains(token));
    }

    [Theory]
    [InlineData("""{"script":"export","arguments":["everything"]}""")]
    [InlineData("""{"script":"import","arguments":["{}"]}""")]
    [InlineData("""{"script":"nonsense","arguments":[]}""")]
    [InlineData("""{"script":"users","arguments":"x"}""")]
    [InlineData("""{"script":7}""")]
    [InlineData("""[]""")]
    [InlineData("""{""")]
    public async Task Run_WhatIsNotOffered_Is400(string body)
    {
        var admin = await NewAdminAsync();

        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(admin, body, Origin, "application/json")).Status);
    }

    [Fact]
    public async Task Run_FsckWithRepair_OnlyLooks()
    {
        var admin = await NewAdminAsync();
        await on.Db.HashSetAsync("index:user", "nobodys", "998877");

        await PostAsync(admin, new { script = "fsck", arguments = new[] { "repair" }, cursor = "1/0/" }, Origin);

        Assert.True(await on.Db.HashDeleteAsync("index:user", "nobodys"));
    }

    [Fact]
    public async Task Overview_OfALiveSystem_CountsWhatIsThere()
    {
        var admin = await NewAdminAsync();
        await on.Mas.NewClientAsync("alice");

        var overview = (await _http.GetAsync("/admin/api/overview", admin.Cookie)).Json;

        Assert.True(overview.Value<long>("sessions") >= 1);
        Assert.Equal(await on.Db.HashLengthAsync("index:user") / 2, overview.Value<long>("users"));
        Assert.True(overview.Value<long>("redisMemory") > 0);
        Assert.Contains(overview["inboxes"]!, inbox => inbox.Value<string>("endpoint") == "loopbackparser" && inbox.Value<string>("holder") != "");
        Assert.NotNull(overview["irc"]!["connected"]);
        Assert.NotNull(overview["metrics"]!["mas_sessions"]);
    }

    [Fact]
    public async Task AuditLog_OfMasctl_NamesTheAccountOfTheMachine()
    {
        var admin = await NewAdminAsync();
        var alice = await on.Mas.NewUserAsync("alice");

        await MasCtlRun.RunAsync(on.Mas.Redis.Endpoint, null, "disable", alice.UserId, "--yes");

        var entry = (await AuditAsync(admin)).First(entry => entry.Value<string>("what") == $"disable {alice.UserId}");
        Assert.Equal("masctl:" + Environment.UserName, entry.Value<string>("who"));
        Assert.Equal(Environment.MachineName, entry.Value<string>("from"));
    }

    private async Task<MasLogin> NewAdminAsync()
    {
        var admin = await on.Mas.NewUserAsync("admin");
        await on.RunAsync("permit", admin.UserId, "admin", "yes");
        return admin;
    }

    private async Task<JObject[]> AuditAsync(MasLogin admin) =>
        [.. JArray.Parse((await _http.GetAsync("/admin/api/audit", admin.Cookie)).Text).Cast<JObject>()];

    private Task<MasHttpAnswer> PostAsync(MasLogin? login, object body, string? origin, string type = "application/json") =>
        SendAsync(login, JsonConvert.SerializeObject(body), origin, type);

    private async Task<MasHttpAnswer> SendAsync(MasLogin? login, string body, string? origin, string type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/admin/api/run") { Content = new StringContent(body, Encoding.UTF8, type) };
        if (login is not null)
            request.Headers.Add("Cookie", login.Cookie);
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        using var response = await _client.SendAsync(request);
        return new MasHttpAnswer(response.StatusCode, await response.Content.ReadAsStringAsync(), new Dictionary<string, string>());
    }
}
