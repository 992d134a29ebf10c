using Mas.Core.Hosting;
using Mas.Core.Model;
using Mas.Core.Redis;
using Mas.Server.Accounts;

namespace Mas.Server.Operator;

/// <summary><c>masctl create-user</c>: registration without HTTP, with the server's own settings. The password comes from standard input.</summary>
internal static class CtlUserCreation
{
    internal const string Usage = "create-user --nick NICK --email EMAIL [--name NAME], the password on standard input";

    internal static async Task<(UserId User, string? Problem)> RunAsync(CtlArguments arguments, RedisConnection redis, string password)
    {
        if (arguments["--nick"] is not { } nick || arguments["--email"] is not { } email)
            return (default, "usage: masctl " + Usage);
        var builder = MasHost.CreateWebBuilder([.. arguments.Settings]);
        builder.Services.AddSingleton(redis);
        builder.Services.AddMasCore().AddServerSettings();
        builder.Services.AddSetting<Core.Queues.WorkerOptions>("Worker");
        builder.Services.AddSingleton<PasswordHasher>().AddSingleton<Registration>();
        await using var app = builder.Build();
        var profile = new Profile(arguments["--name"] ?? nick, email, nick);
        var (user, refusal) = await app.Services.GetRequiredService<Registration>().RegisterAsync(profile, password, "");
        return (user, refusal?.ErrorMsg);
    }
}
