namespace Mas.IrcBackend.Check;

/// <summary>The command line of <c>check</c>.</summary>
/// <param name="Config">The file with the settings' section Irc.</param>
/// <param name="Network">The network to check.</param>
/// <param name="Account">The file with the account.</param>
/// <param name="Hold">Whether to stay connected, as production would.</param>
public sealed record CheckOptions(string Config, string Network, string Account, bool Hold)
{
    /// <summary>What <c>--help</c> prints.</summary>
    public const string Help = """
        Mas.IrcBackend check --config FILE --network NAME --account FILE [--hold]

        Connects to an IRC network exactly as production does, without Redis, and prints what goes over the connection;
        secrets are left out.

          --config FILE   settings in JSON: the section "Irc" (StateFile, Networks), or a file that holds it
          --network NAME  which of Irc.Networks
          --account FILE  what a user's credentials hold, in JSON: Nick, User, RealName, and
                          Sasl: Mechanism, Account, Password, Key (PEM)
          --hold          stay connected and reconnect, as production would, until SIGTERM

        Exit codes:
          0  registered (and logged in, when the account has Sasl)
          2  the command line or a file is wrong
          3  unreachable: no TCP connection to any of the servers
          4  TLS refused: no TLS, or not the certificate that the settings ask for
          5  SASL failed, whether or not the server lets us in without it
          6  banned
          7  time-out: TLS handshake, registration (60 s), write (10 s) or PING
          8  refused: the server wants another password or an account, or takes none of the nicks
          9  the server closed the connection before the registration was complete
         10  stopped before anything was known
        With --hold, the code is that of the last of these that happened before SIGTERM.
        """;

    /// <summary>Reads the arguments behind <c>check</c>; null when something is missing or unknown.</summary>
    public static CheckOptions? Parse(IReadOnlyList<string> arguments)
    {
        string? config = null, network = null, account = null;
        var hold = false;
        for (var i = 0; i < arguments.Count; i++)
        {
            var equals = arguments[i].IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? arguments[i] : arguments[i][..equals];
            string? Value() => equals >= 0 ? arguments[i][(equals + 1)..] : ++i < arguments.Count ? arguments[i] : null;
            switch (name)
            {
                case "--config":
                    config = Value();
                    break;
                case "--network":
                    network = Value();
                    break;
                case "--account":
                    account = Value();
                    break;
                case "--hold":
                    hold = true;
                    break;
                default:
                    return null;
            }
        }

        return config is null || network is null || account is null ? null : new CheckOptions(config, network, account, hold);
    }
}
