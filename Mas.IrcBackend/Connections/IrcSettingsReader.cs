using System.Globalization;
using Mas.Core.Queues;
using Mas.IrcBackend.Protocol;

namespace Mas.IrcBackend.Connections;

/// <summary>A setting is missing or wrong. The message is for the operator.</summary>
internal sealed class IrcSettingsException(string message) : Exception(message);

/// <summary>Reads the section <c>Irc</c> of the settings.</summary>
internal static class IrcSettingsReader
{
    private const int TlsPort = 6697;
    private const int PlainPort = 6667;

    /// <summary>Reads the section.</summary>
    /// <exception cref="IrcSettingsException">A value is missing or wrong.</exception>
    internal static IrcSettings Read(IConfiguration irc) => new(
        Text(irc, "StateFile"),
        irc.GetSection("Networks").GetChildren().ToDictionary(network => network.Key, ReadNetwork, StringComparer.OrdinalIgnoreCase),
        TimeSpan.FromHours(Number(irc, "ForgetPeopleHours", 24 * 365) ?? 24),
        (int)(Number(irc, "Inboxes", InboxPartition.Most) ?? 0));

    private static NetworkSettings ReadNetwork(IConfigurationSection network)
    {
        var usesTls = Text(network, "Tls")?.ToUpperInvariant() switch
        {
            null or "REQUIRED" or "ON" or "TRUE" => true,
            "OFF" or "FALSE" => false,
            _ => throw Wrong(network, "Tls", "must be \"required\" or \"off\""),
        };
        return new NetworkSettings
        {
            Name = network.Key,
            Servers = ReadServers(network, usesTls),
            PinnedSha256 = [.. Texts(network, "PinnedSha256").Select(pin => ReadPin(network, pin))],
            Password = Text(network, "Password"),
            ReconnectSteps = ReadSteps(network),
            ConnectsPerMinute = (int)(Number(network, "ConnectsPerMinute", int.MaxValue) ?? 30),
            Charset = ReadCharset(network),
            Ident = Text(network, "Ident"),
            Burst = Math.Max(1, (int)(Number(network, "Burst", 1000) ?? OutputBudget.DefaultBurst)),
            LineInterval = Number(network, "SecondsPerLine", 3600) is { } seconds ? TimeSpan.FromSeconds(seconds) : OutputBudget.DefaultInterval,
            StopsOnLoginFailure = Flag(network, "StopOnLoginFailure"),
            NickServ = Text(network, "NickServ"),
        };
    }

    private static List<ServerAddress> ReadServers(IConfigurationSection network, bool usesTls)
    {
        var port = (int)(Number(network, "Port", 65535) ?? (usesTls ? TlsPort : PlainPort));
        var servers = new List<ServerAddress>();
        if (Text(network, "Host") is { } host)
            servers.Add(new ServerAddress(host, port, usesTls));
        foreach (var server in network.GetSection("Servers").GetChildren())
        {
            servers.Add(server.Value is { } text
                ? ReadServer(network, text, port, usesTls)
                : new ServerAddress(
                    Text(server, "Host") ?? throw Wrong(server, "Host", "is missing"),
                    (int)(Number(server, "Port", 65535) ?? port), usesTls));
        }
        return servers.Count > 0 ? servers : throw Wrong(network, "Host", "is missing");
    }

    // host, host:port, [v6] or [v6]:port
    private static ServerAddress ReadServer(IConfigurationSection network, string text, int port, bool usesTls)
    {
        var bracket = text.IndexOf(']', StringComparison.Ordinal);
        var colon = text.LastIndexOf(':');
        if (colon > bracket && text.IndexOf(':', StringComparison.Ordinal) is var first && (first == colon || bracket > 0))
        {
            return int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var own) && own is > 0 and <= 65535
                ? new ServerAddress(text[..colon].Trim('[', ']'), own, usesTls)
                : throw Wrong(network, "Servers", $"has no valid port in \"{text}\"");
        }
        return new ServerAddress(text.Trim('[', ']'), port, usesTls);
    }

    private static string ReadPin(IConfigurationSection network, string pin)
    {
        var hex = pin.Replace(":", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        return hex.Length == 64 && hex.All(char.IsAsciiHexDigit)
            ? hex
            : throw Wrong(network, "PinnedSha256", "must be a SHA-256 fingerprint: 64 hexadecimal digits");
    }

    private static IReadOnlyList<TimeSpan> ReadSteps(IConfigurationSection network)
    {
        var steps = Texts(network, "ReconnectSeconds").Select(text =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and <= 7 * 24 * 3600
                ? TimeSpan.FromSeconds(seconds)
                : throw Wrong(network, "ReconnectSeconds", "must be a number of seconds or a list of numbers")).ToList();
        return steps.Count > 0 ? steps : ReconnectBackoff.DefaultSteps;
    }

    private static LineCharset ReadCharset(IConfigurationSection network)
    {
        var name = Text(network, "FallbackCharset") ?? LineCharset.DefaultFallback;
        try
        {
            return new LineCharset(name, Flag(network, "SendFallbackCharset"));
        }
        catch (ArgumentException)
        {
            throw Wrong(network, "FallbackCharset", $"is not a known charset: \"{name}\"");
        }
    }

    private static string? Text(IConfiguration section, string name) =>
        section[name] is { } value && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;

    // A list, or one value that stands for a list of one.
    private static IEnumerable<string> Texts(IConfiguration section, string name)
    {
        var list = section.GetSection(name);
        return list.Value is { Length: > 0 } single ? [single] : list.GetChildren().Select(item => item.Value ?? "");
    }

    private static double? Number(IConfiguration section, string name, double max)
    {
        if (Text(section, name) is not { } text)
            return null;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= 0 && number <= max
            ? number
            : throw Wrong(section, name, $"must be a number from 0 to {max}");
    }

    private static bool Flag(IConfigurationSection section, string name) => Text(section, name)?.ToUpperInvariant() switch
    {
        null or "FALSE" => false,
        "TRUE" => true,
        _ => throw Wrong(section, name, "must be true or false"),
    };

    private static IrcSettingsException Wrong(IConfiguration section, string name, string what) =>
        new($"The setting {(section as IConfigurationSection)?.Path ?? "Irc"}:{name} {what}.");
}
