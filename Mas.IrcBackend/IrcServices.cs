using Mas.Core.Hosting;
using Mas.Core.Queues;
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

    // The links are the process's: they stay when a lease ends or an inbox's users move to another.
    private static void AddConnectionManager(this IServiceCollection services) => services
        .AddSingleton<AccountReader>()
        .AddSingleton<ParserUplink>()
        .AddSingleton<LinkHolders>()
        .AddSingleton<UserLinks>()
        .AddInboxWorker<ConnectionManagerHandler>(ConnectionManager, Inboxes, ConnectionManagerHandler.RouteOf);

    // What is scoped lives as long as a lease.
    private static void AddParser(this IServiceCollection services) => services
        .AddScoped<UserConnections>()
        .AddSingleton<IrcPeople>()
        .AddScoped<ChannelLedgers>()
        .AddScoped<ConversationLocks>()
        .AddSingleton<EchoedMessages>()
        .AddSingleton<NetworkStates>()
        .AddSingleton<NetworkListWriter>()
        .AddSingleton<PeopleSweep>()
        .AddScoped<ParserDependencies>()
        .AddInboxWorker<IrcParserHandler>(Parser, Inboxes, IrcParserHandler.RouteOf);

    private static int Inboxes(IServiceProvider provider) => provider.GetRequiredService<IrcSettings>().Inboxes;
}
