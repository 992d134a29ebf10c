using System.Text.Json;
using Mas.Core.Hosting;
using Mas.Core.Model;
using Mas.Core.Queues;
using Mas.IrcBackend;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Parser;
using Mas.IrcBackend.State;
using Mas.Tests.Harness;
using Mas.Tests.Model;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mas.Tests.Irc.Bridge;

/// <summary>Whoever waits for an answer of Redis that was lost holds a conversation up until the lease is another, and no longer.</summary>
public sealed class ConversationLocksTests(ModelFixture mas) : IClassFixture<ModelFixture>
{
    private const string Network = IrcSystem.Network;

    [Fact]
    public async Task Parser_OfANewLease_HandlesAConversationThatWasStuckUnderTheOneBefore()
    {
        using var host = await NewHostAsync();
        using var stopping = new CancellationTokenSource();
        var (user, _) = await mas.NewUserAsync("stuck");
        await using var stuck = await NewScopeAsync();
        await HandleAsync(stuck, "CHAT", null);
        var conversation = long.Parse(
            (await mas.Redis.Database.HashGetAllAsync("index:conversation")).Single(entry => ((string)entry.Name!).Contains(Network, StringComparison.Ordinal)).Value!);
        await stuck.ServiceProvider.GetRequiredService<ConversationLocks>().TakeAsync($"{conversation}");

        await using var next = await NewScopeAsync();
        await HandleAsync(next, "CLOSE", conversation);

        Assert.Empty(await mas.Get<UserWindows>().GetIdsAsync(user));
        await stopping.CancelAsync();

        async Task<AsyncServiceScope> NewScopeAsync()
        {
            var scope = host.Services.CreateLeaseScope(new PartitionLease(await mas.NewLeaseAsync(), new InboxPartition(Endpoints.IrcParser, 0, 1), stopping.Token));
            await scope.ServiceProvider.GetRequiredService<IrcParserHandler>().StartAsync();
            return scope;
        }

        Task HandleAsync(AsyncServiceScope scope, string type, long? conversationId)
        {
            var request = new RequestEntry(
                Guid.NewGuid().ToString("N"), user.Value, Network, JsonSerializer.SerializeToElement(new { type, nick = "bob" }), ConversationId: conversationId);
            var parser = scope.ServiceProvider.GetRequiredService<IrcParserHandler>();
            return parser.Prepare([new InboxEntry(request.ToJson(), false)])().WaitAsync(Eventually.DefaultDeadline);
        }
    }

    private async Task<IHost> NewHostAsync()
    {
        var builder = MasHost.CreateWorkerBuilder(
            [$"--Redis:Endpoint={mas.Redis.Endpoint}", $"--Irc:Networks:{Network}:Host=127.0.0.1", "--Irc:Roles=ircparser", "--Irc:ForgetPeopleHours=0"]);
        await builder.ConnectRedisAsync();
        builder.Services.AddMasCore();
        builder.AddIrc();
        return builder.Build();
    }
}
