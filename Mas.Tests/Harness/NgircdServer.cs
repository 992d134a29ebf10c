namespace Mas.Tests.Harness;

/// <summary>A real ngircd on loopback, of a test's own.</summary>
public sealed class NgircdServer : IAsyncDisposable
{
    private const string Ready = "Now listening on";

    private readonly TempFolder _folder = new("ngircd");
    private readonly string _name;
    private readonly string _extra;
    private ChildProcess _child;

    private NgircdServer(string name, int port, string extra)
    {
        _name = name;
        _extra = extra;
        Port = port;
        _child = StartChild();
    }

    /// <summary>Where it listens, without TLS.</summary>
    public int Port { get; }

    /// <summary>The end of its log, for failure messages.</summary>
    public string Log => _child.LogTail;

    /// <summary>Starts one and waits until it listens.</summary>
    /// <param name="name">Its name, with a dot.</param>
    /// <param name="extra">Further sections of its configuration.</param>
    /// <param name="port">Its port; a free one when null.</param>
    public static async Task<NgircdServer> StartAsync(string name = "irc.test.example", string extra = "", int? port = null)
    {
        var server = new NgircdServer(name, port ?? FreePort.Next(), extra);
        try
        {
            await server._child.WaitForLineAsync(Ready);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills it, as a crash does.</summary>
    public Task KillAsync() => _child.KillAsync();

    /// <summary>Starts it again on the same port after it was killed.</summary>
    public async Task StartAgainAsync()
    {
        await _child.DisposeAsync();
        _child = StartChild();
        await _child.WaitForLineAsync(Ready);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _child.DisposeAsync();
        _folder.Dispose();
    }

    private ChildProcess StartChild()
    {
        var path = Path.Combine(_folder.Path, "ngircd.conf");
        File.WriteAllText(path, $"""
            [Global]
              Name = {_name}
              Info = test
              Listen = 127.0.0.1
              Ports = {Port}
              AdminInfo1 = test
              AdminEMail = test@localhost
              MotdPhrase = hello
              Network = TestNet
            [Limits]
              MaxConnections = 0
              MaxConnectionsIP = 0
              MaxJoins = 0
              MaxNickLength = 31
              MaxPenaltyTime = 0
              PingTimeout = 120
              PongTimeout = 20
              ConnectRetry = 1
            [Options]
              DNS = no
              Ident = no
              PAM = no
              MorePrivacy = no
              OperCanUseMode = yes
            [Operator]
              Name = oper
              Password = oper
            {_extra}
            """);
        // It gives up root for an account of its own, which has to be able to read its folder.
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder.Path, File.GetUnixFileMode(_folder.Path) | UnixFileMode.OtherRead | UnixFileMode.OtherExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute);
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.OtherRead);
        }
        return ChildProcess.Start("ngircd", File.Exists("/usr/sbin/ngircd") ? "/usr/sbin/ngircd" : "ngircd", ["-n", "-f", path], _folder.Path);
    }
}
