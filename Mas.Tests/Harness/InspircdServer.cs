using System.Security.Cryptography.X509Certificates;

namespace Mas.Tests.Harness;

/// <summary>A real InspIRCd on loopback, of a test's own, with the IRCv3 modules, TLS, and, when asked for, atheme's services.</summary>
public sealed class InspircdServer : IAsyncDisposable
{
    private const string Ready = "InspIRCd is now running";
    private const string ServicesName = "services.test.example";

    private readonly TempFolder _folder = new("inspircd");
    private readonly X509Certificate2 _certificate = IrcServerMock.SelfSigned("localhost");
    private readonly int _linkPort = FreePort.Next();
    private ChildProcess? _server;
    private ChildProcess? _services;

    private InspircdServer(int port, int tlsPort)
    {
        Port = port;
        TlsPort = tlsPort;
    }

    /// <summary>Where it listens without TLS.</summary>
    public int Port { get; }

    /// <summary>Where it listens with TLS.</summary>
    public int TlsPort { get; }

    /// <summary>The SHA-256 fingerprint of its certificate.</summary>
    public string Fingerprint => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(_certificate.RawData));

    /// <summary>The ends of the logs, for failure messages.</summary>
    public string Log => $"{_server?.LogTail}\n{_services?.LogTail}";

    /// <summary>Starts one and waits until it listens; with services, until they are linked.</summary>
    public static async Task<InspircdServer> StartAsync(bool withServices = false)
    {
        var server = new InspircdServer(FreePort.Next(), FreePort.Next());
        try
        {
            await server.StartServerAsync();
            if (withServices)
                await server.StartServicesAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills it, as a crash does.</summary>
    public Task KillAsync() => _server!.KillAsync();

    /// <summary>Starts it again on the same ports after it was killed.</summary>
    public async Task StartAgainAsync()
    {
        await _server!.DisposeAsync();
        await StartServerAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
            await _services.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
        _certificate.Dispose();
        _folder.Dispose();
    }

    private async Task StartServerAsync()
    {
        await File.WriteAllTextAsync(At("cert.pem"), _certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(At("key.pem"), _certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(At("motd"), "hello\n");
        await File.WriteAllTextAsync(At("inspircd.conf"), Configuration());
        // Started by root it wants to be told so; started by anybody else it may not be.
        string[] arguments = ["--nofork", "--nopid", "--config", At("inspircd.conf"), .. Environment.UserName == "root" ? ["--runasroot"] : Array.Empty<string>()];
        _server = ChildProcess.Start("inspircd", File.Exists("/usr/sbin/inspircd") ? "/usr/sbin/inspircd" : "inspircd", arguments, _folder.Path);
        await _server.WaitForLineAsync(Ready);
    }

    private async Task StartServicesAsync()
    {
        await File.WriteAllTextAsync(At("atheme.conf"), ServicesConfiguration());
        Directory.CreateDirectory(At("services"));
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupWrite
                | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
            File.SetUnixFileMode(_folder.Path, everybody);
            File.SetUnixFileMode(At("services"), everybody);
        }
        _services = ChildProcess.Start(
            "atheme", File.Exists("/usr/bin/atheme-services") ? "/usr/bin/atheme-services" : "atheme-services",
            ["-n", "-c", At("atheme.conf"), "-D", At("services"), "-l", At("services/log"), "-p", At("services/pid"), .. Environment.UserName == "root" ? ["-r"] : Array.Empty<string>()],
            _folder.Path);
        await _services.WaitForLineAsync("finished synching");
    }

    private string At(string name) => Path.Combine(_folder.Path, name);

    private string Configuration() => $"""
        <server name="irc.test.example" description="test" network="TestNet" id="1TS">
        <admin name="test" nick="test" email="test@localhost">
        <bind address="127.0.0.1" port="{Port}" type="clients">
        <module name="ssl_gnutls">
        <sslprofile name="test" provider="gnutls" certfile="{At("cert.pem")}" keyfile="{At("key.pem")}" requestclientcert="yes">
        <bind address="127.0.0.1" port="{TlsPort}" type="clients" sslprofile="test">
        <bind address="127.0.0.1" port="{_linkPort}" type="servers">
        <connect name="main" allow="*" timeout="20" pingfreq="120" localmax="10000" globalmax="10000" maxconnwarn="no"
          resolvehostnames="no" useident="no" fakelag="no" threshold="100000" commandrate="1000000000"
          recvq="65536" hardsendq="4194304" softsendq="4194304" limit="5000">
        <class name="all" commands="*" privs="*" usermodes="*" chanmodes="*">
        <type name="NetAdmin" classes="all">
        <oper name="oper" password="oper" host="*@*" type="NetAdmin">
        <files motd="{At("motd")}">
        <options casemapping="rfc1459" prefixquit="Quit: " defaultmodes="not" splitwhois="no" allowzerolimit="no">
        <performance nouserdns="yes" quietbursts="yes" softlimit="10000" clonesonconnect="no" timeskipwarn="0">
        <security announceinvites="dynamic" flatlinks="no">
        <channels users="1000" opers="1000">
        <limits maxnick="31" maxchan="64" maxmodes="20" maxident="12" maxhost="64" maxquit="255" maxtopic="330" maxkick="300" maxreal="130" maxaway="200">
        <cidr ipv4clone="32" ipv6clone="128">
        <log method="file" type="* -USERINPUT -USEROUTPUT" level="default" target="/dev/null" flush="1">
        <module name="spanningtree"> <module name="cap"> <module name="ircv3"> <module name="ircv3_accounttag">
        <module name="ircv3_batch"> <module name="ircv3_capnotify"> <module name="ircv3_chghost"> <module name="ircv3_ctctags">
        <module name="ircv3_echomessage"> <module name="ircv3_invitenotify"> <module name="ircv3_labeledresponse">
        <module name="ircv3_msgid"> <module name="ircv3_servertime"> <module name="monitor"> <module name="namesx"> <module name="uhnames">
        <module name="setname"> <module name="chghost"> <module name="services_account"> <module name="sasl"> <module name="redirect">
        <module name="sanick"> <module name="sha256">
        <sasl target="{ServicesName}" requiressl="no">
        <link name="{ServicesName}" ipaddr="127.0.0.1" port="{_linkPort}" allowmask="127.0.0.0/8" timeout="15" sendpass="link" recvpass="link">
        <uline server="{ServicesName}" silent="yes">
        """;

    private string ServicesConfiguration() => $$"""
        loadmodule "modules/protocol/inspircd";
        loadmodule "modules/backend/opensex";
        loadmodule "modules/crypto/pbkdf2";
        loadmodule "modules/nickserv/main";
        loadmodule "modules/nickserv/register";
        loadmodule "modules/nickserv/identify";
        loadmodule "modules/nickserv/set_core";
        loadmodule "modules/nickserv/set_pubkey";
        loadmodule "modules/saslserv/main";
        loadmodule "modules/saslserv/plain";
        loadmodule "modules/saslserv/ecdsa-nist256p-challenge";
        serverinfo {
          name = "{{ServicesName}}"; desc = "services"; numeric = "00A"; recontime = 1; netname = "TestNet";
          hidehostsuffix = "users.test.example"; adminname = "test"; adminemail = "test@localhost"; registeremail = "noreply@localhost";
          mta = "/bin/true"; loglevel = { error; info; }; maxlogins = 50; maxusers = 0; maxnicks = 50; maxchans = 50;
          mdlimit = 30; emaillimit = 100; emailtime = 300; auth = none;
        };
        uplink "irc.test.example" { host = "127.0.0.1"; send_password = "link"; receive_password = "link"; port = {{_linkPort}}; };
        nickserv { nick = "NickServ"; user = "NickServ"; host = "{{ServicesName}}"; real = "services"; maxnicks = 5; expire = 0; enforce_expire = 0; enforce_delay = 0; };
        saslserv { nick = "SaslServ"; user = "SaslServ"; host = "{{ServicesName}}"; real = "services"; };
        database {};
        general { helpchan = "#help"; verbose_wallops = false; join_chans = false; leave_chans = false; uflags = { hidemail; }; cflags = { guard; };
          flood_msgs = 0; flood_time = 10; ratelimit_uses = 5; ratelimit_period = 60; vhost_change = 30; kline_time = 7; commit_interval = 5;
          default_clone_allowed = 50; default_clone_warn = 40; clone_time = 0; };
        """;
}
