using Mas.Core.Model;

namespace Mas.Tests.Model;

public sealed class LoginsTests(ModelFixture mas) : IClassFixture<ModelFixture>
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private Logins Logins => mas.Get<Logins>();

    [Fact]
    public async Task Begin_OnASecondDevice_LeavesTheFirstLoggedIn()
    {
        var (user, _) = await mas.NewUserAsync("two-devices");
        var (first, _) = await Logins.BeginAsync(user, Day);
        var (second, _) = await Logins.BeginAsync(user, Day);

        Assert.NotNull(await Logins.FindAsync(user, first));
        Assert.NotNull(await Logins.FindAsync(user, second));
        await Logins.EndAsync(user, Secrets.Digest(second));
        Assert.NotNull(await Logins.FindAsync(user, first));
        Assert.Null(await Logins.FindAsync(user, second));
        Assert.Equal("", await mas.Redis.Database.HashGetAsync($"user:{user.Value}", "secret"));
    }

    [Fact]
    public async Task Find_TokenOfAnotherUser_IsNoLogin()
    {
        var (one, _) = await mas.NewUserAsync("login-one");
        var (two, _) = await mas.NewUserAsync("login-two");
        var (token, _) = await Logins.BeginAsync(one, Day);

        Assert.Null(await Logins.FindAsync(two, token));
        Assert.Null(await Logins.FindAsync(one, ""));
    }

    [Fact]
    public async Task Find_SecretThatAnotherProgramSet_IsALogin()
    {
        var (user, _) = await mas.NewUserAsync("sso");
        await mas.Redis.Database.HashSetAsync($"user:{user.Value}",
            [new("secret", Secrets.Digest("from elsewhere")), new("secretExpires", DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds())]);

        Assert.NotNull(await Logins.FindAsync(user, "from elsewhere"));
        await mas.Redis.Database.HashSetAsync($"user:{user.Value}", "secretExpires", DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeSeconds());
        Assert.Null(await Logins.FindAsync(user, "from elsewhere"));
    }

    [Fact]
    public async Task RedeemTicket_Twice_WorksOnce()
    {
        var (user, _) = await mas.NewUserAsync("ticketed");
        var (token, _) = await Logins.BeginAsync(user, Day);
        var ticket = await Logins.IssueTicketAsync(user, Secrets.Digest(token), TimeSpan.FromSeconds(30));

        Assert.Equal((user, Secrets.Digest(token)), await Logins.RedeemTicketAsync(ticket));
        Assert.Null(await Logins.RedeemTicketAsync(ticket));
        Assert.Null(await Logins.RedeemTicketAsync("no such ticket"));
    }

    [Fact]
    public async Task RedeemTicket_AfterTheLoginEnded_IsRefused()
    {
        var (user, _) = await mas.NewUserAsync("ticket-late");
        var (token, _) = await Logins.BeginAsync(user, Day);
        var ticket = await Logins.IssueTicketAsync(user, Secrets.Digest(token), TimeSpan.FromSeconds(30));
        await Logins.EndAllAsync(user);

        Assert.Null(await Logins.RedeemTicketAsync(ticket));
    }
}
