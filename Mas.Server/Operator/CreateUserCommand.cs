using System.CommandLine;
using Mas.Core.Hosting;
using Mas.Core.Redis;
using Mas.Server.Accounts;
using Spectre.Console;
using Profile = Mas.Core.Model.Profile;

namespace Mas.Server.Operator;

/// <summary><c>masctl create-user</c>: registration without HTTP, with the server's own settings. The password comes from standard input.</summary>
internal static class CreateUserCommand
{
    internal static Command Build(CtlRunner runner)
    {
        var nick = new Option<string>("--nick") { Description = "The nick, unique in this MAS.", HelpName = "NICK", Required = true };
        var email = new Option<string>("--email") { Description = "The email address, unique in this MAS.", HelpName = "EMAIL", Required = true };
        var name = new Option<string?>("--name") { Description = "The displayed name; the nick unless given.", HelpName = "NAME" };
        var command = new Command("create-user", "Creates a user. The password is read from standard input.") { nick, email, name };
        command.SetAction((result, stopping) =>
        {
            var profile = new Profile(result.GetValue(name) ?? result.GetRequiredValue(nick), result.GetRequiredValue(email), result.GetRequiredValue(nick));
            return runner.RunAsync(result, ("create-user", [profile.Nick]), run => RunAsync(run, runner.Settings, profile), stopping);
        });
        return command;
    }

    private static async Task<int> RunAsync(CtlRun run, string[] settings, Profile profile)
    {
        if (!Console.IsInputRedirected)
            Terminal.Error.Write(new Text("Password: "));
        var (user, problem) = await RegisterAsync(run.Redis, settings, profile, await Console.In.ReadLineAsync(run.Stopping) ?? "");
        if (problem is not null)
            return CtlRunner.Fail(problem);
        run.Print(["id", "nick"], [[user.Value, profile.Nick]]);
        return CtlExitCode.Done;
    }

    private static async Task<(UserId User, string? Problem)> RegisterAsync(RedisConnection redis, string[] settings, Profile profile, string password)
    {
        var builder = MasHost.CreateWebBuilder(settings);
        builder.Services.AddSingleton(redis);
        builder.Services.AddMasCore().AddServerSettings();
        builder.Services.AddSetting<Core.Queues.WorkerOptions>("Worker");
        builder.Services.AddSingleton<PasswordHasher>().AddSingleton<Registration>();
        await using var app = builder.Build();
        var (user, refusal) = await app.Services.GetRequiredService<Registration>().RegisterAsync(profile, password, "");
        return (user, refusal?.ErrorMsg);
    }
}
