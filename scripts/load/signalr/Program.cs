using Microsoft.AspNetCore.SignalR;

namespace Mas.Load.SignalR;

/// <summary>A chat on SignalR with its Redis backplane, as its documentation sets it up. Arguments: port, Redis port.</summary>
internal static class Program
{
    /// <summary>Clients that only listen send nothing.</summary>
    private static readonly TimeSpan SilentClientsStay = TimeSpan.FromHours(1);

    private static async Task Main(string[] arguments)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSignalR(options => options.ClientTimeoutInterval = SilentClientsStay)
            .AddStackExchangeRedis($"127.0.0.1:{arguments[1]}");
        var app = builder.Build();
        app.UseWebSockets();
        app.MapHub<ChatHub>("/chat");
        app.Urls.Add($"http://127.0.0.1:{arguments[0]}");
        await app.StartAsync();
        Console.WriteLine("listening");
        await app.WaitForShutdownAsync();
    }
}

/// <summary>Groups. The hub runs one invocation of a connection after the other, which keeps their order, and completes it when Redis has the message.</summary>
internal sealed class ChatHub : Hub
{
    public Task Join(string group) => Groups.AddToGroupAsync(Context.ConnectionId, group);

    public Task Say(string group, string text) => Clients.OthersInGroup(group).SendAsync("said", text);
}
