using Mas.Tests.Client;
using Mas.Tests.Harness;

namespace Mas.Tests.EndToEnd;

public sealed class CleanUpTests
{
    [Fact]
    public async Task EverybodyGone_AndIdleTimeoutPassed_LeavesNoSessionKey()
    {
        await using var mas = await MasSystem.StartAsync(new MasSystemOptions { Servers = 2, IdleTimeoutSeconds = 4 });
        var clients = new List<MasClient>();
        for (var i = 0; i < 12; i++)
        {
            var client = await mas.NewClientAsync("leaver", server: i % 2);
            clients.Add(client);
            if (i == 0)
                await client.CreateAsync("leaving");
            else
                await client.JoinAsync("leaving");
        }
        Assert.NotEmpty(Leftovers(mas));

        // Some leave in order, some lose their network, and one server dies with the sessions that it holds.
        for (var i = 0; i < 12; i += 4)
            await clients[i].CloseAsync();
        for (var i = 2; i < 12; i += 4)
            await clients[i].BreakAsync();
        await mas.Servers[1].Process.KillAsync();
        foreach (var client in clients)
            await client.Ended.WaitAsync(Eventually.DefaultDeadline);

        await Eventually.HoldsAsync(() => Leftovers(mas).Count == 0, "no key of a session is left");
        foreach (var client in clients)
            Assert.True((long)await mas.Redis.Database.HashGetAsync($"user:{client.UserId}", "lastlogout") > 0);
    }

    [Fact]
    public async Task Sessions_StartedAndEndedWhileWindowsAreMade_LeaveNothing()
    {
        await using var mas = await MasSystem.StartAsync(new MasSystemOptions { IdleTimeoutSeconds = 4 });
        var talker = await mas.NewClientAsync("talker");
        var flickering = await mas.NewUserAsync("flicker");
        for (var i = 0; i < 40; i++)
        {
            var connecting = mas.ConnectAsync(flickering);
            var windowId = await talker.CreateAsync($"flicker{i}");
            var client = await connecting;
            var joining = client.RequestAsync("JOIN", new { network = "MAS", name = $"flicker{i}" });
            await talker.SayAsync(windowId, "anybody here?");
            if (i % 2 == 0)
                await joining;
            await client.BreakAsync();
            // Lost with the connection, or answered before: both are fine.
            await joining.ContinueWith(_ => { }, TaskScheduler.Default);
        }
        await talker.CloseAsync();

        await Eventually.HoldsAsync(() => Leftovers(mas).Count == 0, "no key of a session is left");
    }

    [Fact]
    public async Task PushedBehindASessionsEnd_ByAWorkerThatDies_IsRemoved()
    {
        await using var mas = await MasSystem.StartAsync(new MasSystemOptions { IdleTimeoutSeconds = 4 });
        var client = await mas.NewClientAsync("late");
        await client.CloseAsync();
        await Eventually.HoldsAsync(() => Leftovers(mas).Count == 0, "no key of a session is left");

        // The worker read conversationsessions before the end, and died before it woke the session's server.
        await mas.Redis.Database.ListLeftPushAsync($"outbox:{client.UserId}:{client.SessionId}", "{}");
        await mas.Redis.Database.SetAddAsync($"sessionknownuserids:{client.UserId}:{client.SessionId}", "1");

        await Eventually.HoldsAsync(() => Leftovers(mas).Count == 0, "no key of a session is left");
        await Eventually.HoldsAsync(() => mas.Redis.Keys("endedsessions").Count == 0, "the end is forgotten");
    }

    private static IReadOnlyList<string> Leftovers(MasSystem mas) =>
        [.. mas.Redis.Keys("outbox:*"), .. mas.Redis.Keys("session*"), .. mas.Redis.Keys("conversationsessions:*")];
}
