using Mas.Core.Hosting;
using Mas.Core.Model;
using Mas.Core.Queues;
using Mas.Loopback.Commands;
using Mas.Loopback.Commands.Admin;
using Microsoft.Extensions.DependencyInjection;

namespace Mas.Loopback;

/// <summary>The services of the worker. Scoped ones live as long as a lease.</summary>
internal static class LoopbackServices
{
    internal static IServiceCollection AddLoopback(this IServiceCollection services) => services
        .AddSetting<LoopbackOptions>("Loopback")
        .AddScoped<ConversationWriter>()
        .AddScoped<RepeatedPosts>()
        .AddScoped<RequestForwarder>()
        .AddScoped<EventLines>()
        .AddScoped<KickLines>()
        .AddScoped<OwnConversations>()
        .AddScoped<MemberWindows>()
        .AddScoped<Memberships>()
        .AddScoped<OneOnOnePeers>()
        .AddCommands()
        .AddInboxWorker<LoopbackHandler>(Endpoints.Loopback, provider => provider.GetRequiredService<LoopbackOptions>().Inboxes, LoopbackHandler.RouteOf);

    /// <summary>Adds the handler of each type of request.</summary>
    internal static IServiceCollection AddCommands(this IServiceCollection services) => services
        .AddScoped<PostCommand>()
        .AddScoped<ICommand, EditCommand>()
        .AddScoped<ICommand, CreateCommand>()
        .AddScoped<ICommand, JoinCommand>()
        .AddScoped<ICommand, ChatCommand>()
        .AddScoped<ICommand, CloseCommand>()
        .AddScoped<ICommand, TopicCommand>()
        .AddScoped<ICommand, PasswordCommand>()
        .AddScoped<ICommand, RoleCommand>()
        .AddScoped<ICommand, KickCommand>()
        .AddScoped<ICommand, InviteCommand>()
        .AddScoped<ICommand, RemoveGroupCommand>()
        .AddScoped<ICommand, SetOwnerCommand>()
        .AddScoped<ICommand, RemoveMemberCommand>()
        .AddScoped<ICommand, OpenWindowCommand>()
        .AddScoped<ICommand, DeleteMessageCommand>()
        .AddScoped<ICommand, TrimCommand>();
}
