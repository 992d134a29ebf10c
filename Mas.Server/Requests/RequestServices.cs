namespace Mas.Server.Requests;

/// <summary>The handlers of requests, a class a family.</summary>
internal static class RequestServices
{
    internal static IServiceCollection AddRequests(this IServiceCollection services) => services
        .AddSingleton<BackendAvailability>()
        .AddHostedService(provider => provider.GetRequiredService<BackendAvailability>())
        .AddSingleton<Backends>()
        .AddSingleton<UserLookup>()
        .AddSingleton<MessageRequests>()
        .AddSingleton<TextCommands>()
        .AddSingleton<ConversationRequests>()
        .AddSingleton<WindowRequests>()
        .AddSingleton<HistoryRequests>()
        .AddSingleton<FriendRequests>()
        .AddSingleton<ProfileRequests>()
        .AddSingleton<SettingRequests>()
        .AddSingleton<NetworkRequests>()
        .AddSingleton<AccountRequests>()
        .AddSingleton<RequestTable>()
        .AddSingleton<RequestDispatcher>()
        .AddSingleton<RequestSessionFactory>();
}
