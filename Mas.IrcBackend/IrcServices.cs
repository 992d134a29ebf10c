using Mas.Core.Hosting;
using Mas.Core.Model;
using Mas.Core.Queues;
using Mas.IrcBackend.Commands;
using Mas.IrcBackend.Connections;
using Mas.IrcBackend.Events;
using Mas.IrcBackend.Parser;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend;

/// <summary>What the two roles are made of.</summary>
internal static class IrcServices
{
    private const string ConnectionManager = Endpoints.ConnectionManager;
    private const string Parser = Endpoints.IrcParser;

    /// <summary>Adds the roles that the setting <c>Irc:Roles</c> names; both when it names none.</summary>
    internal static void AddIrc(this IHostApplicationBuilder builder)
    {
        var roles = (builder.Configuration["Irc:Roles"] ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);
        if (roles.FirstOrDefault(role => role is not (ConnectionManager or Parser)) is { } unknown)
            throw new InvalidDataException($"The setting Irc:Roles names '{unknown}'; the roles are '{ConnectionManager}' and '{Parser}'.");
        builder.Services.AddNetworks(builder.Configuration);
        if (roles.Length == 0 || roles.Contains(ConnectionManager))
            builder.Services.AddConnectionManager();
        if (roles.Length == 0 || roles.Contains(Parser))
            builder.Services.AddParser();
    }

    private static void AddNetworks(this IServiceCollection services, IConfiguration configuration)
    {
        IrcSettings settings;
        try
        {
            settings = IrcSettingsReader.Read(configuration.GetSection("Irc"));
        }
        catch (IrcSettingsException e)
        {
            throw new InvalidDataException(e.Message, e);
        }
        services
            .AddSingleton(settings)
            .AddSingleton(provider => new StsPolicies(settings.StateFile, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<StsPolicies>>()))
            .AddSingleton<ConfiguredNetworks>();
    }

    // The connections are the process's: they stay when a lease ends or a partition's users move to another.
    private static void AddConnectionManager(this IServiceCollection services) => services
        .AddSingleton<AccountReader>()
        .AddSingleton<ParserProducer>()
        .AddSingleton<ConnectionHolders>()
        .AddSingleton<ManagedConnections>()
        .AddInboxWorker<ConnectionManagerHandler>(ConnectionManager, Inboxes, ConnectionManagerHandler.RouteOf);

    // Scoped services live as long as a lease.
    private static void AddParser(this IServiceCollection services) => services
        .AddSingleton<IrcUsers>()
        .AddSingleton<EchoedMessages>()
        .AddScoped<RepeatedPosts>()
        .AddScoped<NetworkListWriter>()
        .AddScoped<EntryHandler>()
        .AddState()
        .AddCommands()
        .AddEvents()
        .AddInboxWorker<IrcParserHandler>(Parser, Inboxes, IrcParserHandler.RouteOf);

    private static IServiceCollection AddState(this IServiceCollection services) => services
        .AddScoped<ConversationWriter>()
        .AddScoped<UserConnections>()
        .AddScoped<NetworkStates>()
        .AddScoped<ChannelDeduplicators>()
        .AddScoped<ConversationLocks>()
        .AddScoped<ConversationAccess>()
        .AddScoped<EntryPoster>()
        .AddScoped<ChannelHolders>()
        .AddScoped<ChannelMembers>()
        .AddScoped<MemberReset>()
        .AddScoped<ConversationFields>()
        .AddScoped<WindowOpener>()
        .AddScoped<OneOnOnes>()
        .AddScoped<ServerWindow>()
        .AddScoped<NamesReporter>()
        .AddScoped<PendingJoins>()
        .AddScoped<HistoryRequests>()
        .AddScoped<ConnectionSender>()
        .AddScoped<SelfJoin>()
        .AddScoped<SelfLeave>()
        .AddScoped<IrcUserSweeper>();

    private static IServiceCollection AddCommands(this IServiceCollection services) => services
        .AddScoped<Targets>()
        .AddScoped<RawCommand>()
        .AddScoped<JoinCommand>()
        .AddScoped<CloseCommand>()
        .AddScoped<ChatCommand>()
        .AddScoped<ChannelCommands>()
        .AddScoped<NetworkCommands>()
        .AddScoped<ClosedAccounts>()
        .AddScoped<SendCommand>()
        .AddScoped<MessageCommand>()
        .AddScoped<TypedCommands>()
        .AddScoped<SeenCommand>()
        .AddScoped<RequestDispatcher>();

    private static IServiceCollection AddEvents(this IServiceCollection services) => services
        .AddScoped<ConnectionEvents>()
        .AddScoped<RegistrationEvents>()
        .AddScoped<DisconnectEvents>()
        .AddScoped<ListenerRemoval>()
        .AddScoped<IncomingMessages>()
        .AddScoped<MessageLookup>()
        .AddScoped<ChannelMessages>()
        .AddScoped<DirectMessages>()
        .AddScoped<CtcpEvents>()
        .AddScoped<MessageEvents>()
        .AddScoped<RedactEvents>()
        .AddScoped<ReactionEvents>()
        .AddScoped<TagEvents>()
        .AddScoped<PresenceEvents>()
        .AddScoped<NickEvents>()
        .AddScoped<NamesEvents>()
        .AddScoped<NetsplitEvents>()
        .AddScoped<TopicEvents>()
        .AddScoped<ModeEvents>()
        .AddScoped<ChannelEvents>()
        .AddScoped<ErrorEvents>()
        .AddScoped<ServerEvents>()
        .AddScoped<ReadMarkerEvents>()
        .AddScoped<LineDispatcher>()
        .AddScoped<BatchEvents>();

    private static int Inboxes(IServiceProvider provider) => provider.GetRequiredService<IrcSettings>().Inboxes;
}
