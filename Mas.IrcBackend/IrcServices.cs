using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.IrcBackend.Connections;
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

    // Each inbox has a handler of its own; the links are the process's, so that they stay when an inbox's users become another's.
    private static void AddConnectionManager(this IServiceCollection services) => services
        .AddSingleton<AccountReader>()
        .AddSingleton<ParserUplink>()
        .AddSingleton<LinkHolders>()
        .AddSingleton<UserLinks>()
        .AddTransient<ConnectionManagerHandler>()
        .AddConsumer<ConnectionManagerHandler>(ConnectionManager);

    // Each inbox has a handler of its own, and what that remembers of its networks.
    private static void AddParser(this IServiceCollection services) => services
        .AddTransient<UserConnections>()
        .AddSingleton<IrcPeople>()
        .AddTransient<ChannelLedgers>()
        .AddTransient<ConversationLocks>()
        .AddSingleton<EchoedMessages>()
        .AddSingleton<NetworkStates>()
        .AddSingleton<NetworkListWriter>()
        .AddSingleton<PeopleSweep>()
        .AddTransient<ParserDependencies>()
        .AddTransient<IrcParserHandler>()
        .AddConsumer<IrcParserHandler>(Parser);

    private static IServiceCollection AddConsumer<T>(this IServiceCollection services, string endpoint) where T : class, IInboxHandler =>
        services.AddSingleton<IHostedService>(provider => new InboxWorker(
            provider.GetRequiredService<RedisConnection>(),
            endpoint,
            provider.GetRequiredService<IrcSettings>().Inboxes,
            provider.GetRequiredService<T>,
            provider.GetRequiredService<WorkerOptions>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<InboxWorker>>()));
}
