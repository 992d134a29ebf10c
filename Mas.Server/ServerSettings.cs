using System.ComponentModel.DataAnnotations;
using System.Net;
using Mas.Core.Hosting;
using Microsoft.AspNetCore.HttpOverrides;

namespace Mas.Server;

/// <summary>Settings section <c>Server</c>.</summary>
public sealed class ServerOptions
{
    /// <summary>Where the server listens. Separate several by semicolons. Port 0 takes any free port.</summary>
    [Required]
    public string Url { get; set; } = "http://127.0.0.1:3200";

    /// <summary>Where people reach the server, for links in mail, such as <c>https://chat.example.org</c>. Empty: the first of <c>Server:Url</c>.</summary>
    public string PublicUrl { get; set; } = "";

    /// <summary>Origins besides the server's own whose pages may open the WebSocket, separated by commas. Set it when the web client is served from another host.</summary>
    public string AllowedOrigins { get; set; } = "";

    /// <summary>Addresses or networks (<c>10.0.0.0/8</c>) of reverse proxies whose <c>X-Forwarded-*</c> headers are believed, separated by commas. Set it whenever a proxy is in front.</summary>
    public string TrustedProxies { get; set; } = "";
}

/// <summary>Settings section <c>Session</c>.</summary>
public sealed class SessionOptions
{
    /// <summary>After how many seconds without a heartbeat, because its server died, another server ends a session.</summary>
    [Range(1, 86_400)]
    public int IdleTimeoutSeconds { get; set; } = 60;

    /// <summary>How long a socket may take to send a valid INIT, in seconds.</summary>
    [Range(1, 300)]
    public int InitTimeoutSeconds { get; set; } = 10;

    /// <summary>How often the server pings a socket, in seconds. A socket that does not answer for as long again is closed. Lower it behind proxies that close idle connections sooner.</summary>
    [Range(1, 3600)]
    public int PingSeconds { get; set; } = 30;

    /// <summary>How often the server checks the outboxes of its sessions for entries that no wake-up announced, in seconds.</summary>
    [Range(1, 60)]
    public int SweepSeconds { get; set; } = 3;

    /// <summary>How many entries may wait in an outbox before its session ends with SLOW_CONSUMER.</summary>
    [Range(100, 1_000_000)]
    public int OutboxCap { get; set; } = 10_000;
}

/// <summary>Settings section <c>Limits</c>.</summary>
public sealed class LimitsOptions
{
    /// <summary>The largest frame from a client, in bytes. A larger one closes the socket.</summary>
    [Range(1024, 16 * 1024 * 1024)]
    public int FrameBytes { get; set; } = 64 * 1024;

    /// <summary>The longest text of a message, in characters.</summary>
    [Range(1, 1_000_000)]
    public int TextChars { get; set; } = 8000;

    /// <summary>The longest topic, in characters.</summary>
    [Range(1, 100_000)]
    public int TopicChars { get; set; } = 1000;

    /// <summary>How many requests a second a session may send over time.</summary>
    [Range(1, 1_000_000)]
    public int RequestsPerSecond { get; set; } = 20;

    /// <summary>How many requests a session may send at once.</summary>
    [Range(1, 1_000_000)]
    public int RequestBurst { get; set; } = 60;

    /// <summary>How many sessions a user may have at a time.</summary>
    [Range(1, 1000)]
    public int SessionsPerUser { get; set; } = 8;

    /// <summary>How many windows a new user may have (<c>maxwindows</c>).</summary>
    [Range(1, 10_000)]
    public int WindowsPerUser { get; set; } = 100;

    /// <summary>How many settings a user's clients may store.</summary>
    [Range(1, 10_000)]
    public int SettingsPerUser { get; set; } = 200;

    /// <summary>The longest value of a setting, in characters.</summary>
    [Range(1, 60_000)]
    public int SettingChars { get; set; } = 4000;
}

/// <summary>Settings section <c>Accounts</c>.</summary>
public sealed class AccountOptions
{
    /// <summary>PBKDF2 rounds of new passwords. Stored passwords keep theirs.</summary>
    [Range(1, 10_000_000)]
    public int PasswordRounds { get; set; } = 600_000;

    /// <summary>Groups that every new user joins, separated by commas.</summary>
    public string InitialGroups { get; set; } = "lobby";

    /// <summary>How long a login lasts, in days.</summary>
    [Range(1, 3650)]
    public int LoginDays { get; set; } = 30;

    /// <summary>How long a password reset link works, in minutes.</summary>
    [Range(1, 10_080)]
    public int ResetMinutes { get; set; } = 60;

    /// <summary>How many registrations, logins and resets one address may try in a minute. Set <c>Server:TrustedProxies</c>, or all users behind a proxy share it.</summary>
    [Range(1, 10_000_000)]
    public int AttemptsPerMinute { get; set; } = 30;

    /// <summary>Whether anybody may register. With <c>false</c> only operators make accounts (<c>masctl create-user</c>).</summary>
    public bool Registration { get; set; } = true;
}

/// <summary>Settings section <c>Mail</c>.</summary>
public sealed class MailOptions
{
    /// <summary>The SMTP server. Empty: mail is written to <c>Mail:Folder</c>.</summary>
    public string Host { get; set; } = "";

    /// <summary>The port of the SMTP server. On 465 TLS begins at once; on others it begins with STARTTLS.</summary>
    [Range(1, 65_535)]
    public int Port { get; set; } = 587;

    /// <summary>Whether TLS is required.</summary>
    public bool Tls { get; set; } = true;

    /// <summary>The user name at the SMTP server. Empty for none.</summary>
    public string User { get; set; } = "";

    /// <summary>The password at the SMTP server.</summary>
    public string Password { get; set; } = "";

    /// <summary>How long one attempt to hand a mail over may take, in seconds.</summary>
    [Range(1, 600)]
    public int TimeoutSeconds { get; set; } = 60;

    /// <summary>The sender of mail.</summary>
    [Required]
    public string From { get; set; } = "mas@localhost";

    /// <summary>Where mail is written without an SMTP server, relative to the working directory.</summary>
    [Required]
    public string Folder { get; set; } = "data/mail";
}

/// <summary>Applies the settings.</summary>
internal static class ServerSettings
{
    internal static IServiceCollection AddServerSettings(this IServiceCollection services) => services
        .AddSetting<ServerOptions>("Server")
        .AddSetting<SessionOptions>("Session")
        .AddSetting<LimitsOptions>("Limits")
        .AddSetting<AccountOptions>("Accounts")
        .AddSetting<MailOptions>("Mail");

    internal static void ListenAsSet(this WebApplicationBuilder builder)
    {
        var url = builder.Configuration["Server:Url"] ?? new ServerOptions().Url;
        foreach (var one in url.Split(';'))
        {
            if (!Uri.TryCreate(one.Replace("//*", "//0.0.0.0", StringComparison.Ordinal), UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https"))
                throw new InvalidDataException($"The setting Server:Url is '{url}'; it must be a URL such as http://127.0.0.1:3200.");
        }
        builder.WebHost.UseUrls(url);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 64 * 1024;
        });
    }

    /// <summary>Client addresses and schemes come from <c>X-Forwarded-*</c> only where a trusted proxy says so.</summary>
    internal static void UseTrustedProxies(this WebApplication app)
    {
        var proxies = app.Services.GetRequiredService<ServerOptions>().TrustedProxies
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (proxies.Length == 0)
            return;
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in proxies)
        {
            if (System.Net.IPNetwork.TryParse(proxy, out var network))
                options.KnownIPNetworks.Add(network);
            else if (IPAddress.TryParse(proxy, out var address))
                options.KnownProxies.Add(address);
            else
                throw new InvalidDataException($"The setting Server:TrustedProxies names '{proxy}', which is neither an address nor a network.");
        }
        app.UseForwardedHeaders(options);
    }
}
