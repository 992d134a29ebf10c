using System.Security.Cryptography;
using System.Text;
using Mas.IrcBackend.Protocol.Sasl;
using Mas.IrcBackend.Protocol.Session;

namespace Mas.Tests.Irc.Session;

public class SaslTests
{
    private static SessionRig Begin(SaslCredentials credentials, string offered = "sasl", bool stops = false, string? nickServ = null)
    {
        var rig = new SessionRig(SessionRig.Plan with { Sasl = credentials, StopsOnLoginFailure = stops, NickServ = nickServ });
        rig.Sent();
        Assert.Equal(["CAP REQ :sasl"], rig.Say($":s CAP * LS :{offered}"));
        return rig;
    }

    private static string Decode(string line) => Encoding.UTF8.GetString(Convert.FromBase64String(line["AUTHENTICATE ".Length..]));

    private static string Encode(string text) => "AUTHENTICATE " + Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    [Fact]
    public void Plain_Login_SendsTheAccountTwice()
    {
        var rig = Begin(new("PLAIN", "acc", "pw"), "sasl=EXTERNAL,PLAIN");
        Assert.Equal(["AUTHENTICATE PLAIN"], rig.Say(":s CAP * ACK :sasl"));
        Assert.Equal("acc\0acc\0pw", Decode(Assert.Single(rig.Say("AUTHENTICATE +"))));
        Assert.Empty(rig.Say(":s 900 * bob!u@h acc :You are now logged in"));
        Assert.Equal(["CAP END"], rig.Say(":s 903 * :done"));
        Assert.IsType<SessionEvent.LoggedIn>(Assert.Single(rig.Events));
    }

    [Theory]
    [InlineData(10, 1, false)]
    [InlineData(291, 1, true)] // 3 + 2·3 + 291 = 300 bytes are exactly 400 in base64
    [InlineData(292, 2, false)]
    [InlineData(591, 2, true)]
    public void Plain_LongPassword_GoesInChunksOf400(int length, int chunks, bool endsWithPlus)
    {
        var password = new string('p', length + 1);
        var rig = Begin(new("PLAIN", "acc", password));
        rig.Say(":s CAP * ACK :sasl");
        var lines = rig.Say("AUTHENTICATE +");
        var payload = lines.Select(line => line["AUTHENTICATE ".Length..]).ToList();
        Assert.Equal(endsWithPlus, payload[^1] == "+");
        var text = string.Concat(payload.Where(chunk => chunk != "+"));
        Assert.Equal(chunks, payload.Count(chunk => chunk != "+"));
        Assert.All(payload, chunk => Assert.InRange(chunk.Length, 1, 400));
        Assert.Equal($"acc\0acc\0{password}", Encoding.UTF8.GetString(Convert.FromBase64String(text)));
    }

    [Fact]
    public void External_Login_SendsNothing()
    {
        var rig = Begin(new("EXTERNAL", "acc"));
        Assert.Equal(["AUTHENTICATE EXTERNAL"], rig.Say(":s CAP * ACK :sasl"));
        Assert.Equal(["AUTHENTICATE +"], rig.Say("AUTHENTICATE +"));
        Assert.Equal(["CAP END"], rig.Say(":s 903 * :done"));
    }

    [Fact]
    public void Ecdsa_Login_SignsTheChallenge()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rig = Begin(new("ECDSA-NIST256P-CHALLENGE", "acc", null, key.ExportECPrivateKeyPem()));
        rig.Say(":s CAP * ACK :sasl");
        Assert.Equal("acc", Decode(Assert.Single(rig.Say("AUTHENTICATE +"))));
        var challenge = RandomNumberGenerator.GetBytes(32);
        var signature = Convert.FromBase64String(Assert.Single(rig.Say("AUTHENTICATE " + Convert.ToBase64String(challenge)))["AUTHENTICATE ".Length..]);
        Assert.True(key.VerifyHash(challenge, signature, DSASignatureFormat.Rfc3279DerSequence));
        Assert.Equal(["CAP END"], rig.Say(":s 903 * :done"));
    }

    // RFC 7677 §3.
    private const string ServerFirst = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    [Fact]
    public void Scram_VectorOfTheRfc_Holds()
    {
        var scram = new SaslScramSha256("user", "pencil", "rOprNGfwEbeRWgbNEkqO");
        Assert.Equal("n,,n=user,r=rOprNGfwEbeRWgbNEkqO", Encoding.UTF8.GetString(scram.Respond([])!));
        Assert.Equal(
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            Encoding.UTF8.GetString(scram.Respond(Encoding.UTF8.GetBytes(ServerFirst))!));
        Assert.False(scram.AcceptsSuccess);
        Assert.Empty(scram.Respond("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="u8)!);
        Assert.True(scram.AcceptsSuccess);
    }

    [Theory]
    [InlineData("v=AAAATRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")]
    [InlineData("v=")]
    [InlineData("e=other-error")]
    [InlineData("")]
    public void Scram_WrongProofOfTheServer_IsRefused(string serverFinal)
    {
        var scram = new SaslScramSha256("user", "pencil", "rOprNGfwEbeRWgbNEkqO");
        scram.Respond([]);
        scram.Respond(Encoding.UTF8.GetBytes(ServerFirst));
        Assert.Null(scram.Respond(Encoding.UTF8.GetBytes(serverFinal)));
        Assert.False(scram.AcceptsSuccess);
    }

    [Theory]
    [InlineData("r=other,s=QSXCR+Q6sek8bf92,i=4096")]
    [InlineData("r=abc,s=QSXCR+Q6sek8bf92,i=4096")]
    [InlineData("r=abcdef,s=,i=4096")]
    [InlineData("r=abcdef,s=!!,i=4096")]
    [InlineData("r=abcdef,s=QSXCR+Q6sek8bf92,i=0")]
    [InlineData("r=abcdef,s=QSXCR+Q6sek8bf92,i=999999999")]
    [InlineData("r=abcdef,s=QSXCR+Q6sek8bf92")]
    [InlineData("m=x,r=abcdef,s=QSXCR+Q6sek8bf92,i=4096")]
    [InlineData("")]
    public void Scram_MalformedChallenge_IsRefused(string serverFirst)
    {
        var scram = new SaslScramSha256("user", "pencil", "abc");
        scram.Respond([]);
        Assert.Null(scram.Respond(Encoding.UTF8.GetBytes(serverFirst)));
    }

    [Fact]
    public void Scram_SuccessWithoutProof_IsAborted()
    {
        var rig = Begin(new("SCRAM-SHA-256", "user", "pencil"));
        rig.Say(":s CAP * ACK :sasl");
        rig.Say("AUTHENTICATE +");
        Assert.Equal(["AUTHENTICATE *", "CAP END"], rig.Say(":s 903 * :done"));
        Assert.IsType<SessionEvent.LoginFailed>(Assert.Single(rig.Events));
    }

    [Fact]
    public void Scram_MalformedOnTheWire_IsAborted()
    {
        var rig = Begin(new("SCRAM-SHA-256", "user", "pencil"));
        rig.Say(":s CAP * ACK :sasl");
        rig.Say("AUTHENTICATE +");
        Assert.Equal(["AUTHENTICATE *", "CAP END"], rig.Say(Encode("r=wrong,s=QSXCR+Q6sek8bf92,i=4096")));
    }

    [Fact]
    public void Scram_NameWithSpecials_IsEscaped() =>
        Assert.StartsWith("n,,n=a=3Db=2Cc,r=", Encoding.UTF8.GetString(new SaslScramSha256("a=b,c", "pw").Respond([])!), StringComparison.Ordinal);

    [Theory]
    [InlineData("902")]
    [InlineData("904")]
    [InlineData("905")]
    [InlineData("906")]
    [InlineData("907")]
    [InlineData("908")]
    public void Failure_Numeric_GoesOnWithoutTheAccountOrStops(string numeric)
    {
        var rig = Begin(new("PLAIN", "acc", "pw"));
        rig.Say(":s CAP * ACK :sasl");
        rig.Say("AUTHENTICATE +");
        Assert.Equal(["CAP END"], rig.Say($":s {numeric} * :no"));
        Assert.Equal("no", Assert.IsType<SessionEvent.LoginFailed>(Assert.Single(rig.Events)).Reason);

        rig = Begin(new("PLAIN", "acc", "pw"), stops: true);
        rig.Say(":s CAP * ACK :sasl");
        rig.Say("AUTHENTICATE +");
        Assert.Equal(["QUIT :login failed"], rig.Say($":s {numeric} * :no"));
        rig.Say("ERROR :bye");
        Assert.Equal((OutcomeKind.SaslFailed, true), (rig.Session.Outcome!.Kind, rig.Session.Outcome.IsTerminal));
    }

    [Fact]
    public void Failure_Silence_IsAborted()
    {
        var rig = Begin(new("PLAIN", "acc", "pw"));
        rig.Say(":s CAP * ACK :sasl");
        Assert.Equal(["AUTHENTICATE *", "CAP END"], rig.Wait(Negotiation.LoginTimeout));
    }

    [Fact]
    public void Failure_CapabilityRefused_EndsTheNegotiation()
    {
        var rig = Begin(new("PLAIN", "acc", "pw"));
        Assert.Equal(["CAP END"], rig.Say(":s CAP * NAK :sasl"));
        Assert.IsType<SessionEvent.LoginFailed>(Assert.Single(rig.Events));
    }

    [Fact]
    public void Failure_OtherMechanismsOffered_StillRequestsThenEnds()
    {
        var rig = Begin(new("PLAIN", "acc", "pw"), "sasl=EXTERNAL,SCRAM-SHA-512");
        Assert.Equal(["CAP END"], rig.Say(":s CAP * ACK :sasl"));
        Assert.IsType<SessionEvent.LoginFailed>(Assert.Single(rig.Events));

        rig = Begin(new("PLAIN", "acc", "pw"), "sasl=EXTERNAL", stops: true);
        Assert.Equal(["QUIT :login failed"], rig.Say(":s CAP * ACK :sasl"));
    }

    [Fact]
    public void Failure_NoSaslAtAll_IdentifiesToTheServiceWhenThereIsOne()
    {
        var rig = new SessionRig(SessionRig.Plan with { Sasl = new("PLAIN", "acc", "pw"), NickServ = "NickServ", StopsOnLoginFailure = true });
        rig.Sent();
        Assert.Equal(["CAP END"], rig.Say(":s CAP * LS :"));
        Assert.Contains("PRIVMSG NickServ :IDENTIFY acc pw", rig.SayAll(":s 001 bob :hi", ":s 376 bob :end"));
        // With echo-message it comes back, and must not be passed on.
        Assert.False(rig.Session.Receive(":bob!u@h PRIVMSG NickServ :IDENTIFY acc pw", rig.Now));
        Assert.True(rig.Session.Receive(":bob!u@h PRIVMSG carol :IDENTIFIED", rig.Now));
    }

    [Fact]
    public void LateSasl_ServicesComeBack_LogsIn()
    {
        var rig = new SessionRig(SessionRig.Plan with { Sasl = new("PLAIN", "acc", "pw") });
        rig.Sent();
        rig.SayAll(":s CAP * LS :", ":s 001 bob :hi", ":s 376 bob :end");
        Assert.Equal(["CAP REQ :sasl"], rig.Say(":s CAP bob NEW :sasl=PLAIN"));
        Assert.Equal(["AUTHENTICATE PLAIN"], rig.Say(":s CAP bob ACK :sasl"));
        Assert.Single(rig.Say("AUTHENTICATE +"));
        Assert.Empty(rig.Say(":s 903 bob :done"));
        Assert.Single(rig.Events.OfType<SessionEvent.LoggedIn>());
    }

    [Theory]
    [InlineData("PLAIN", null, null)]
    [InlineData("SCRAM-SHA-256", null, null)]
    [InlineData("ECDSA-NIST256P-CHALLENGE", null, null)]
    [InlineData("ECDSA-NIST256P-CHALLENGE", null, "no pem")]
    [InlineData("GSSAPI", "x", null)]
    public void Credentials_ThatCannotWork_AreRefusedBeforehand(string mechanism, string? password, string? key) =>
        Assert.Throws<ArgumentException>(() => new SaslCredentials(mechanism, "acc", password, key).Start());

    [Fact]
    public void Credentials_AsText_HoldNoSecret() =>
        Assert.DoesNotContain("hunter2", new SaslCredentials("PLAIN", "acc", "hunter2", "hunter2").ToString(), StringComparison.Ordinal);
}
