namespace Mas.Tests.Irc.Bridge;

/// <summary>Channels through the whole system, on a real server.</summary>
public sealed class ChannelTests(IrcFixture irc) : IClassFixture<IrcFixture>
{
    private const string Network = IrcSystem.Network;

    [Fact]
    public async Task Join_NewChannel_TalksBothWays()
    {
        var channel = IrcFixture.Name("#tea");
        await using var bob = await irc.BystanderAsync(channel);
        var alice = await irc.UserAsync(channel);

        await bob.SendAsync($"PRIVMSG {channel} :hello from IRC");
        await irc.System.SeesAsync(alice, channel, "hello from IRC");
        var gid = await alice.SayAsync(IrcSystem.Window(alice, channel), "hello from MAS");

        await bob.HeardAsync($"PRIVMSG {channel} :hello from MAS");
        Assert.True(gid > 0);
        await alice.WaitAsync(view => view.Group(channel, Network)!.Members.Count == 2, "both are members");
    }

    [Fact]
    public async Task Join_OtherCase_IsTheSameChannel()
    {
        var channel = IrcFixture.Name("#Case");
        var alice = await irc.UserAsync(channel);

        var ack = await alice.RequestAsync("JOIN", new { network = Network, name = channel.ToLowerInvariant() });

        Assert.Equal("ALREADY_JOINED", ack.Value<string>("status"));
    }

    [Fact]
    public async Task ActionAndNotice_BothWays_KeepTheirKind()
    {
        var channel = IrcFixture.Name("#kinds");
        await using var bob = await irc.BystanderAsync(channel);
        var alice = await irc.UserAsync(channel);

        await bob.SendAsync($"PRIVMSG {channel} :\u0001ACTION waves\u0001", $"NOTICE {channel} :attention");
        await irc.System.SeesAsync(alice, channel, "waves", "action");
        await irc.System.SeesAsync(alice, channel, "attention", "notice");
        await alice.OkAsync("SEND", new { windowId = IrcSystem.Window(alice, channel), text = "/me bows" });

        await bob.HeardAsync($"PRIVMSG {channel} :\u0001ACTION bows\u0001");
    }

    [Fact]
    public async Task Text_SeveralLines_AreSeveralMessages()
    {
        var channel = IrcFixture.Name("#lines");
        await using var bob = await irc.BystanderAsync(channel);
        var alice = await irc.UserAsync(channel);

        await alice.OkAsync("SEND", new { windowId = IrcSystem.Window(alice, channel), text = "one\ntwo\r\nQUIT :three" });

        await bob.HeardAsync($"PRIVMSG {channel} :one");
        await bob.HeardAsync($"PRIVMSG {channel} :two");
        await bob.HeardAsync($"PRIVMSG {channel} :QUIT :three");
        await irc.System.SeesAsync(alice, channel, "QUIT :three");
        Assert.Equal(1, alice.Read(view => IrcSystem.Count(view, channel, "two")));
    }

    [Fact]
    public async Task Text_LongerThanALine_ArrivesWhole()
    {
        var channel = IrcFixture.Name("#long");
        await using var bob = await irc.BystanderAsync(channel);
        var alice = await irc.UserAsync(channel);
        var text = string.Concat(Enumerable.Range(0, 400).Select(i => $"wörd{i} "))[..1999] + "x";

        await alice.SayAsync(IrcSystem.Window(alice, channel), text);

        await bob.HeardAsync(line => line.EndsWith('x') && line.Contains("PRIVMSG", StringComparison.Ordinal), "the last piece");
        var pieces = bob.Lines.Where(line => line.Contains($"PRIVMSG {channel} :", StringComparison.Ordinal)).ToList();
        // The server takes the space off at which a piece was cut.
        Assert.Equal(text, string.Join(' ', pieces.Select(line => line[(line.IndexOf(" :", StringComparison.Ordinal) + 2)..])));
        Assert.All(pieces, line => Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(line), 1, 510));
    }

    [Fact]
    public async Task Text_TwoSlashes_SendsOne()
    {
        var channel = IrcFixture.Name("#slash");
        await using var bob = await irc.BystanderAsync(channel);
        var alice = await irc.UserAsync(channel);

        await alice.SayAsync(IrcSystem.Window(alice, channel), "//me is not a command");

        await bob.HeardAsync($"PRIVMSG {channel} :/me is not a command");
    }

    [Fact]
    public async Task Topic_SetOnEitherSide_IsSeenOnTheOther()
    {
        var channel = IrcFixture.Name("#topic");
        await using var bob = await irc.BystanderAsync(channel);
        var alice = await irc.UserAsync(channel);
        var windowId = IrcSystem.Window(alice, channel);

        await bob.SendAsync($"TOPIC {channel} :from bob");
        await alice.WaitAsync(view => view.Group(channel, Network)!.Topic == "from bob", "bob's topic");
        await alice.OkAsync("UPDATE_TOPIC", new { windowId, topic = "from alice" });
        await alice.WaitAsync(view => view.Group(channel, Network)!.Topic == "from alice", "the own topic");
        await bob.HeardAsync($"TOPIC {channel} :from alice");
        await bob.SendAsync($"TOPIC {channel} :");

        await alice.WaitAsync(view => view.Group(channel, Network)!.Topic.Length == 0, "no topic");
        await irc.System.SeesAsync(alice, channel, "removed the topic", "info");
    }

    [Fact]
    public async Task Topic_ThereBeforeTheJoin_IsShownWithWhoSetIt()
    {
        var channel = IrcFixture.Name("#topicis");
        await using var bob = await irc.BystanderAsync(channel);
        await bob.SendAsync($"TOPIC {channel} :old one");
        await bob.SettleAsync();

        var alice = await irc.UserAsync(channel);

        await alice.WaitAsync(view => view.Group(channel, Network)!.Topic == "old one", "the topic");
        await alice.WaitAsync(view => view.Group(channel, Network)!.Messages.Values.Any(message => message.Body.StartsWith($"The topic was set by {bob.Nick}", StringComparison.Ordinal)), "who set it");
    }

    [Fact]
    public async Task Roles_GivenAndTaken_LeaveWhatIsBelow()
    {
        var channel = IrcFixture.Name("#roles");
        await using var bob = await irc.BystanderAsync(channel);
        var alice = await irc.UserAsync(channel);
        var nick = IrcSystem.Nick(alice);
        string? Role() => alice.Read(view => view.Group(channel, Network)!.Members[alice.UserId]);
        Assert.Equal("u", Role());

        await bob.SendAsync($"MODE {channel} +ov {nick} {nick}");
        await alice.WaitAsync(view => view.Group(channel, Network)!.Role == "@", "operator");
        await bob.SendAsync($"MODE {channel} -o {nick}");

        await alice.WaitAsync(view => view.Group(channel, Network)!.Members[alice.UserId] == "+", "voice is left");
        await alice.WaitAsync(view => view.Group(channel, Network)!.Role == "+", "the own role");
        await irc.System.SeesAsync(alice, channel, $"sets mode -o {nick}", "info");
    }

    [Fact]
    public async Task Roles_OfMembersByRequest_AreSetOnTheServer()
    {
        var channel = IrcFixture.Name("#moderate");
        var alice = await irc.UserAsync(channel);
        await alice.WaitAsync(view => view.Group(channel, Network)!.Role == "@", "the founder is operator");
        await using var bob = await irc.BystanderAsync(channel);
        await irc.System.SeesAsync(alice, channel, "", "join");
        var windowId = IrcSystem.Window(alice, channel);
        await alice.WaitAsync(view => view.Group(channel, Network)!.Members.Count == 2, "bob");
        var bobId = alice.Read(view => view.Group(channel, Network)!.Members.Keys.Single(id => id != alice.UserId));

        await alice.OkAsync("UPDATE_ROLE", new { windowId, userId = bobId, role = "+" });
        await alice.WaitAsync(view => view.Group(channel, Network)!.Members[bobId] == "+", "voice");
        await alice.OkAsync("SEND", new { windowId, text = $"/op {bob.Nick}" });
        await alice.WaitAsync(view => view.Group(channel, Network)!.Members[bobId] == "@", "operator");
        await alice.OkAsync("KICK", new { windowId, userId = bobId, reason = "enough" });

        await bob.HeardAsync($"KICK {channel} {bob.Nick} :enough");
        await irc.System.SeesAsync(alice, channel, $"{bob.Nick}: enough", "kick");
        await alice.WaitAsync(view => view.Group(channel, Network)!.Members.Count == 1, "bob is out");
    }

    [Fact]
    public async Task Key_SetOnTheServer_IsTheWindowsPassword()
    {
        var channel = IrcFixture.Name("#key");
        await using var bob = await irc.BystanderAsync(channel);
        var alice = await irc.UserAsync(channel);

        await bob.SendAsync($"MODE {channel} +k sesame");
        await alice.WaitAsync(view => view.Group(channel, Network)!.Password == "sesame", "the key");
        await bob.SendAsync($"MODE {channel} -k sesame");

        await alice.WaitAsync(view => view.Group(channel, Network)!.Password.Length == 0, "no key");
    }

    [Fact]
    public async Task Join_WithoutTheKey_IsRefusedInTheServerWindowAndWorksWithIt()
    {
        var channel = IrcFixture.Name("#locked");
        await using var bob = await irc.BystanderAsync(channel);
        await bob.SendAsync($"MODE {channel} +k sesame");
        await bob.SettleAsync();
        var alice = await irc.System.ConnectedAsync("alice");

        await alice.OkAsync("JOIN", new { network = Network, name = channel });
        await irc.System.ServerSaysAsync(alice, $"Could not join {channel}", "error");
        await irc.System.JoinAsync(alice, channel, "sesame");

        Assert.Equal("sesame", alice.Read(view => view.Group(channel, Network)!.Password));
        await Harness.Eventually.HoldsAsync(async () => await irc.System.Mas.Redis.Database.HashLengthAsync($"ircpendingjoins:{alice.UserId}:{Network}") == 0, "no join waits");
    }

    [Fact]
    public async Task PartAndQuit_OfOthers_AreToldWithTheirReasons()
    {
        var channel = IrcFixture.Name("#leave");
        var alice = await irc.UserAsync(channel);
        await using var bob = await irc.BystanderAsync(channel);
        await using var carol = await irc.BystanderAsync(channel, "carol");
        await alice.WaitAsync(view => view.Group(channel, Network)!.Members.Count == 3, "three members");

        await bob.SendAsync($"PART {channel} :see you");
        await carol.SendAsync("QUIT :good night");

        await irc.System.SeesAsync(alice, channel, "see you", "part");
        await alice.WaitAsync(view => view.Group(channel, Network)!.Messages.Values.Any(message => message.Cat == "quit" && message.Body.Contains("good night", StringComparison.Ordinal)), "the quit");
        await alice.WaitAsync(view => view.Group(channel, Network)!.Members.Count == 1, "nobody else");
    }

    [Fact]
    public async Task Kick_OfOurselves_ClosesTheWindowAndSaysWhy()
    {
        var channel = IrcFixture.Name("#out");
        await using var bob = await irc.BystanderAsync(channel);
        var alice = await irc.UserAsync(channel);

        await bob.SendAsync($"KICK {channel} {IrcSystem.Nick(alice)} :rude");

        await alice.WaitAsync(view => view.Group(channel, Network) is null, "the window is gone");
        await irc.System.ServerSaysAsync(alice, $"{bob.Nick} kicked you from {channel}: rude", "kick");
    }

    [Fact]
    public async Task Close_OfAChannel_PartsAndForgetsIt()
    {
        var channel = IrcFixture.Name("#closed");
        await using var bob = await irc.BystanderAsync(channel);
        var alice = await irc.UserAsync(channel);

        await alice.OkAsync("CLOSE", new { windowId = IrcSystem.Window(alice, channel) });

        await bob.HeardAsync(line => line.Contains($"PART {channel}", StringComparison.Ordinal), "the PART");
        await alice.WaitAsync(view => view.Group(channel, Network) is null, "the window is gone");
        Assert.False(await irc.System.Mas.Redis.Database.HashExistsAsync("index:conversation", $"group:{Network}:{channel}"));
    }

    [Fact]
    public async Task Nick_OfSomebodyElse_ChangesTheirCardAndIsTold()
    {
        var channel = IrcFixture.Name("#names");
        await using var bob = await irc.BystanderAsync(channel);
        var alice = await irc.UserAsync(channel);
        await alice.WaitAsync(view => view.Group(channel, Network)!.Members.Count == 2, "bob");
        var bobId = alice.Read(view => view.Group(channel, Network)!.Members.Keys.Single(id => id != alice.UserId));
        var robert = IrcFixture.Name("robert");

        await bob.SendAsync($"NICK {robert}");

        await irc.System.SeesAsync(alice, channel, $"{bob.Nick} is now known as {robert}", "info");
        await alice.WaitAsync(view => view.Users[bobId]["nick"]!.Value<string>(Network) == robert, "the card");
        await bob.SendAsync($"PRIVMSG {channel} :still me");
        await alice.WaitAsync(view => view.Group(channel, Network)!.Messages.Values.Any(message => message.Body == "still me" && message.UserId == bobId), "the same user speaks");
    }

    [Fact]
    public async Task Nick_TakenOverFromSomebodyWhoLeft_MergesNobody()
    {
        var channel = IrcFixture.Name("#over");
        await using var bob = await irc.BystanderAsync(channel);
        await using var carol = await irc.BystanderAsync(channel, "carol");
        var alice = await irc.UserAsync(channel);
        await bob.SendAsync($"PRIVMSG {channel} :I am bob");
        await carol.SendAsync($"PRIVMSG {channel} :I am carol");
        await irc.System.SeesAsync(alice, channel, "I am bob");
        await irc.System.SeesAsync(alice, channel, "I am carol");
        await bob.SendAsync("QUIT");
        await alice.WaitAsync(view => view.Group(channel, Network)!.Members.Count == 2, "bob is gone");

        await carol.SendAsync($"NICK {bob.Nick}", $"PRIVMSG {channel} :now as bob");

        await irc.System.SeesAsync(alice, channel, "now as bob");
        string Author(string body) => alice.Read(view => view.Group(channel, Network)!.Messages.Values.Single(message => message.Body == body).UserId);
        Assert.Equal(Author("I am carol"), Author("now as bob"));
        Assert.NotEqual(Author("I am bob"), Author("now as bob"));
    }

    [Fact]
    public async Task Nick_OfOurselves_IsKnownEverywhere()
    {
        var channel = IrcFixture.Name("#own");
        await using var bob = await irc.BystanderAsync(channel);
        var alice = await irc.UserAsync(channel);
        var old = IrcSystem.Nick(alice);
        var nick = IrcFixture.Name("Alicia");

        await alice.OkAsync("SEND", new { windowId = IrcSystem.Window(alice, channel), text = $"/nick {nick}" });

        await alice.WaitAsync(view => view.Networks[Network].Value<string>("nick") == nick, "UPDATE_NETWORKS");
        await alice.WaitAsync(view => view.Users[alice.UserId]["nick"]!.Value<string>(Network) == nick, "ADD_USERS");
        await irc.System.SeesAsync(alice, channel, $"{old} is now known as {nick}", "info");
        var database = irc.System.Mas.Redis.Database;
        Assert.Equal(alice.UserId, (string?)await database.HashGetAsync("index:currentnick", $"{Network}:{nick.ToLowerInvariant()}"));
        Assert.False(await database.HashExistsAsync("index:currentnick", $"{Network}:{old.ToLowerInvariant()}"));
    }

    [Fact]
    public async Task Nick_InUse_IsRefusedInTheWindowWhereItWasTyped()
    {
        var channel = IrcFixture.Name("#taken");
        await using var bob = await irc.BystanderAsync(channel);
        var alice = await irc.UserAsync(channel);
        var old = IrcSystem.Nick(alice);

        await alice.OkAsync("SEND", new { windowId = IrcSystem.Window(alice, channel), text = $"/nick {bob.Nick}" });

        await alice.WaitAsync(view => view.Windows.Values.Any(window => window.Messages.Values.Any(message => message.Cat == "error" && message.Body.Contains(bob.Nick, StringComparison.Ordinal))), "433 is shown");
        Assert.Equal(old, IrcSystem.Nick(alice));
    }

    [Fact]
    public async Task Refusal_OfAMessage_IsShownWhereItWasSaid()
    {
        var channel = IrcFixture.Name("#quiet");
        await using var bob = await irc.BystanderAsync(channel);
        var alice = await irc.UserAsync(channel);
        await bob.SendAsync($"MODE {channel} +m");
        await irc.System.SeesAsync(alice, channel, "sets mode +m", "info");

        await alice.SayAsync(IrcSystem.Window(alice, channel), "may I?");

        await alice.WaitAsync(view => view.Group(channel, Network)!.Messages.Values.Any(message => message.Cat == "error"), "404 in the channel's window");
        Assert.Equal(0, bob.Count("may I?"));
    }

    [Fact]
    public async Task UnknownCommand_Sent_PassesThroughAndItsRefusalComesBack()
    {
        var channel = IrcFixture.Name("#raw");
        var alice = await irc.UserAsync(channel);
        var windowId = IrcSystem.Window(alice, channel);

        await alice.OkAsync("SEND", new { windowId, text = "/frobnicate x y" });
        await alice.WaitAsync(view => view.Group(channel, Network)!.Messages.Values.Any(message => message.Cat == "error" && message.Body.StartsWith("FROBNICATE", StringComparison.Ordinal)), "421 in the window");
        await alice.OkAsync("SEND", new { windowId, text = "/quote VERSION" });

        await irc.System.ServerSaysAsync(alice, "ngircd", "server");
    }

    [Fact]
    public async Task Quote_OfAMessage_IsPostedToo()
    {
        var channel = IrcFixture.Name("#quoted");
        await using var bob = await irc.BystanderAsync(channel);
        var alice = await irc.UserAsync(channel);

        await alice.OkAsync("SEND", new { windowId = IrcSystem.Window(alice, channel), text = $"/quote PRIVMSG {channel} :by hand" });

        await bob.HeardAsync($"PRIVMSG {channel} :by hand");
        await irc.System.SeesAsync(alice, channel, "by hand");
    }

    [Fact]
    public async Task Part_Typed_LeavesWithAReason()
    {
        var channel = IrcFixture.Name("#typedpart");
        await using var bob = await irc.BystanderAsync(channel);
        var alice = await irc.UserAsync(channel);

        await alice.OkAsync("COMMAND", new { windowId = IrcSystem.Window(alice, channel), command = "part", @params = "so long" });

        await bob.HeardAsync(line => line.Contains($"PART {channel}", StringComparison.Ordinal) && line.Contains("so long", StringComparison.Ordinal), "the PART");
        await alice.WaitAsync(view => view.Group(channel, Network) is null, "the window is gone");
    }

    [Fact]
    public async Task Session_StartedLater_SeesTheSame()
    {
        var channel = IrcFixture.Name("#later");
        await using var bob = await irc.BystanderAsync(channel);
        var alice = await irc.UserAsync(channel);
        await bob.SendAsync($"TOPIC {channel} :t", $"PRIVMSG {channel} :one", $"NICK {IrcFixture.Name("rob")}", $"PRIVMSG {channel} :two");
        await irc.System.SeesAsync(alice, channel, "two");

        var again = await irc.System.Mas.ConnectAsync(alice.Login);

        await Harness.Eventually.PassesAsync(() =>
        {
            Assert.Equal(alice.Dump(), again.Dump());
            return Task.CompletedTask;
        });
    }
}
