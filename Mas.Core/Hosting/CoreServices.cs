using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Microsoft.Extensions.DependencyInjection;

namespace Mas.Core.Hosting;

/// <summary>The services that every process shares.</summary>
public static class CoreServices
{
    /// <summary>Adds the model and the queues. Needs <see cref="MasHost.ConnectRedisAsync"/>.</summary>
    public static IServiceCollection AddMasCore(this IServiceCollection services) => services
        .AddSetting<HistoryOptions>("History")
        .AddSetting<CredentialOptions>("Irc")
        .AddSingleton<CredentialVault>()
        .AddSingleton<UserNames>()
        .AddSingleton<Users>()
        .AddSingleton<UserCards>()
        .AddSingleton<UserNetworks>()
        .AddSingleton<ClosingAccounts>()
        .AddSingleton<Logins>()
        .AddSingleton<Sessions>()
        .AddSingleton<SessionCleanup>()
        .AddSingleton<Conversations>()
        .AddSingleton<ConversationHistory>()
        .AddSingleton<UserWindows>()
        .AddSingleton<WindowLifecycle>()
        .AddSingleton<ConversationNotifier>()
        .AddSingleton<Friends>()
        .AddSingleton<Settings>()
        .AddSingleton<Alerts>()
        .AddSingleton<InboxProducer>()
        .AddSingleton<Outboxes>()
        .AddSingleton<ProfileBroadcaster>()
        .AddSingleton<DeadLetters>()
        .AddSingleton<Operator.AdminScriptRunner>()
        .AddSingleton<Operator.AuditLog>();
}
