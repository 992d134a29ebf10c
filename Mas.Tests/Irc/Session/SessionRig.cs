using Mas.IrcBackend.Protocol.Session;

namespace Mas.Tests.Irc.Session;

/// <summary>A <see cref="ClientSession"/> with a clock of the test's own: says lines to it, collects what it sends.</summary>
internal sealed class SessionRig
{
    public SessionRig(RegistrationPlan? plan = null)
    {
        Session = new ClientSession(plan ?? Plan, Now);
        Session.Begin(Now);
    }

    public static RegistrationPlan Plan { get; } = new("bob", "bob", "Bob") { IsSecure = true };

    public DateTimeOffset Now { get; private set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public ClientSession Session { get; }

    public List<SessionEvent> Events { get; } = [];

    /// <summary>Says a line; gives what the session sends then.</summary>
    public string[] Say(string line)
    {
        Session.Receive(line, Now);
        return Sent();
    }

    public string[] SayAll(params string[] lines) => [.. lines.SelectMany(Say)];

    public string[] Wait(TimeSpan time)
    {
        Now += time;
        Session.CheckTimers(Now);
        return Sent();
    }

    public string[] Sent()
    {
        var lines = new List<string>();
        while (Session.Outcome is null && Session.TryTakeLine(Now, out var line))
        {
            lines.Add(line);
        }

        while (Session.TryTakeEvent(out var next))
        {
            Events.Add(next);
        }

        return [.. lines];
    }

    /// <summary>Registers without capabilities.</summary>
    public SessionRig Registered(string nick = "bob", string support = "NICKLEN=30")
    {
        SayAll(":s CAP * LS :", $":s 001 {nick} :hi", $":s 005 {nick} {support} :are supported by this server", $":s 422 {nick} :no motd");
        return this;
    }
}
