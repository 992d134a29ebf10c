using System.Text;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.Protocol.Sasl;
using Mas.IrcBackend.Protocol.Session;

namespace Mas.Tests.Irc.Session;

public class FuzzTests
{
    private const int Lines = 100_000;

    private static readonly string[] Seeds =
    [
        "@time=2026-01-01T00:00:00.000Z;msgid=a\\:b :alice!u@h PRIVMSG #c :hello world",
        ":s CAP * LS * :sasl=PLAIN,EXTERNAL server-time sts=port=6697,duration=10", ":s CAP bob ACK :server-time", ":s CAP bob NAK :batch",
        ":s CAP bob NEW :setname", ":s CAP bob DEL :setname", "AUTHENTICATE +", "AUTHENTICATE cj1hYmMscz1RUT09LGk9MQ==", ":s 903 * :ok", ":s 904 * :no",
        ":s 001 bob :Welcome", ":s 005 bob PREFIX=(qaohv)~&@%+ CHANMODES=b,k,l,imn NICKLEN=9 CHANLIMIT=#:20,&: TARGMAX=JOIN:4 -MONITOR :are supported by this server",
        ":s 376 bob :end", ":s 433 * bob :in use", ":op!u@h MODE #c +ovb-k alice bob *!*@* key", ":bob!u@h NICK bob2", ":s BATCH +1 netsplit a.b c.d",
        "@batch=1 :x!y@z QUIT :a.b c.d", ":s BATCH -1", "PING :token", ":s 731 bob :bob", "ERROR :Closing Link", ":s 353 bob = #c :@+alice!u@h bob",
    ];

    [Theory]
    [InlineData(20261121)]
    [InlineData(7)]
    public void EverythingPure_RandomAndMutatedLines_NeverThrows(int seed)
    {
        var random = new Random(seed);
        var charset = new LineCharset();
        var support = new ISupport();
        var batches = new BatchCollector(TimeSpan.FromSeconds(10), maxMessages: 100);
        var session = NewSession();
        var now = DateTimeOffset.UnixEpoch;
        for (var i = 0; i < Lines; i++)
        {
            now += TimeSpan.FromMilliseconds(random.Next(2000));
            foreach (var bytes in new LineFramer(600).Accept(Line(random)))
            {
                var line = charset.Decode(bytes);
                session.Receive(line, now);
                session.CheckTimers(now);
                while (session.TryTakeLine(now, out var sent))
                {
                    Assert.Equal(-1, sent.AsSpan().IndexOfAny('\r', '\n', '\0'));
                }

                session = session.Outcome is null ? session : NewSession();
                if (IrcMessage.TryParse(line, out var message))
                {
                    Check(message, support, batches, now);
                }
            }
        }
    }

    private static ClientSession NewSession()
    {
        var session = new ClientSession(SessionRig.Plan with { Sasl = new SaslCredentials("SCRAM-SHA-256", "a", "b") }, DateTimeOffset.UnixEpoch);
        session.Begin(DateTimeOffset.UnixEpoch);
        return session;
    }

    private static void Check(IrcMessage message, ISupport support, BatchCollector batches, DateTimeOffset now)
    {
        support.Apply(message.Parameters);
        ModeChange.ParseChannel(support, message.Parameters);
        support.Prefixes.SplitName(message.Last);
        support.SplitStatus(message.Parameter(0));
        support.ChannelLimit(message.Parameter(0));
        Ctcp.Parse(message.Last);
        HostMask.Matches(message.Last, message.Parameter(0), support.CaseMapping);
        Netsplit.IsSplit(message.Last);
        batches.Accept(message, now);
        batches.TakeDue(now);
        foreach (var piece in MessageSplitter.Split(message.Last, "PRIVMSG", message.Parameter(0), 40))
        {
            Assert.Equal(-1, piece.AsSpan().IndexOfAny('\r', '\n', '\0'));
        }

        // What is written parses to what was meant.
        Assert.True(IrcMessage.TryParse(IrcLine.Format(message), out var again));
        Assert.Equal(message.Command, again.Command);
        Assert.Equal(message.Parameters.Count, again.Parameters.Count);
    }

    private static byte[] Line(Random random)
    {
        var line = random.Next(5) == 0
            ? RandomBytes(random)
            : Encoding.UTF8.GetBytes(Seeds[random.Next(Seeds.Length)]);
        for (var mutations = random.Next(4); mutations > 0 && line.Length > 0; mutations--)
        {
            var at = random.Next(line.Length);
            line = random.Next(4) switch
            {
                0 => [.. line[..at], (byte)random.Next(256), .. line[at..]],
                1 => [.. line[..at], .. line[(at + 1)..]],
                2 => [.. line[..at], .. line[random.Next(line.Length)..]],
                _ => [.. line[..at], .. " :@;=\\\u0001+-,*\r\n\0"u8.Slice(random.Next(13), 1), .. line[at..]],
            };
        }

        return [.. line, (byte)'\n'];
    }

    private static byte[] RandomBytes(Random random)
    {
        var bytes = new byte[random.Next(80)];
        random.NextBytes(bytes);
        return bytes;
    }
}
