using Mas.Core.Model;

namespace Mas.Tests.Model;

public sealed class UsersTests(ModelFixture mas) : IClassFixture<ModelFixture>
{
    private Users Users => mas.Get<Users>();

    [Fact]
    public async Task Create_ManyAtOnceWithOneNick_OneWins()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Users.CreateAsync(
            new Profile("Racer", $"racer{i}@example.org", i % 2 == 0 ? "Racer" : "rACER"), Passwords.Hash("password", 1), "", 100)));

        var winner = Assert.Single(results, result => result.TakenField is null);
        Assert.All(results.Where(result => result != winner), result => Assert.Equal("nick", result.TakenField));
        Assert.Equal(winner.Id, await Users.FindAsync("RACER"));
        // The losers' emails are free again.
        var index = (await mas.Redis.Database.HashGetAllAsync("index:user")).Where(entry => ((string)entry.Name!).StartsWith("racer", StringComparison.Ordinal));
        Assert.Equal(2, index.Count());
    }

    [Fact]
    public async Task UpdateProfile_NickTaken_ChangesNothing()
    {
        var (one, _) = await mas.NewUserAsync("first1");
        await mas.NewUserAsync("second1");
        var old = (await Users.GetProfileAsync(one))!;

        Assert.Equal("nick", await Users.UpdateProfileAsync(one, old, old with { Email = "new@example.org", Nick = "SECOND1" }));

        Assert.Equal(old, await Users.GetProfileAsync(one));
        Assert.Null(await Users.FindAsync("new@example.org"));
        Assert.Equal(one, await Users.FindAsync("first1@example.org"));
    }

    [Fact]
    public async Task UpdateProfile_CaseOnly_KeepsTheIndexEntry()
    {
        var (user, _) = await mas.NewUserAsync("casey");
        var old = (await Users.GetProfileAsync(user))!;

        Assert.Null(await Users.UpdateProfileAsync(user, old, old with { Nick = "Casey" }));

        Assert.Equal(user, await Users.FindAsync("casey"));
        Assert.Equal("Casey", (await Users.GetProfileAsync(user))!.Nick);
    }

    [Fact]
    public async Task UpdateProfile_OfWhatAnotherOneChangedMeanwhile_LeavesThat()
    {
        var (user, _) = await mas.NewUserAsync("meanwhile");
        var old = (await Users.GetProfileAsync(user))!;
        await Users.UpdateProfileAsync(user, old, old with { Nick = "meanwhile2" });

        Assert.Null(await Users.UpdateProfileAsync(user, old, old with { Name = "Another Name" }));

        Assert.Equal(old with { Name = "Another Name", Nick = "meanwhile2" }, await Users.GetProfileAsync(user));
        Assert.Equal(user, await Users.FindAsync("meanwhile2"));
        Assert.Null(await Users.FindAsync("meanwhile"));
    }

    [Fact]
    public async Task Close_Account_FreesTheNamesAndRemovesWhatIsPersonal()
    {
        var (user, _) = await mas.NewUserAsync("leaver");
        await Users.CloseAsync(user);

        Assert.Null(await Users.FindAsync("leaver"));
        Assert.Null(await Users.FindAsync("leaver@example.org"));
        Assert.False(await Users.IsInUseAsync(user));
        Assert.Null(await Users.GetPasswordAsync(user));
        var record = await mas.Redis.Database.HashGetAllAsync($"user:{user.Value}");
        Assert.DoesNotContain(record, entry => ((string)entry.Value!).Contains("leaver", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task SetPassword_OfAnAccountThatWasClosedMeanwhile_WritesNothing()
    {
        var (user, _) = await mas.NewUserAsync("latecomer");
        await Users.CloseAsync(user);

        await Users.SetPasswordAsync(user, Passwords.Hash("another one 2", 1));

        Assert.True(await Users.IsClosedAsync(user));
        Assert.Equal("", (string?)await mas.Redis.Database.HashGetAsync($"user:{user.Value}", "passwd"));
    }

    [Theory]
    [InlineData("pbkdf2-sha512$1$", false)]
    [InlineData("", false)]
    [InlineData("plain", false)]
    [InlineData("pbkdf2-sha512$99999999999$AAAA", false)]
    public void Verify_RecordOfAnotherForm_NeverMatches(string hash, bool matches) =>
        Assert.Equal(matches, Passwords.Verify("password", new StoredPassword(hash, "AAAA")));

    [Fact]
    public void Hash_TwiceTheSame_DiffersAndVerifies()
    {
        var (one, two) = (Passwords.Hash("päss wörd", 10), Passwords.Hash("päss wörd", 20));

        Assert.NotEqual(one.Hash, two.Hash);
        Assert.True(Passwords.Verify("päss wörd", one));
        Assert.True(Passwords.Verify("päss wörd", two));
        Assert.False(Passwords.Verify("pass word", one));
    }
}
