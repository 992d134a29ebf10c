using Mas.Tests.Client;
using Mas.Tests.Harness;

namespace Mas.Tests.EndToEnd;

/// <summary>A mail server that misbehaves holds up neither other mails nor anybody else.</summary>
public sealed class MailTests
{
    [Fact]
    public async Task MailServer_ThatIsSilent_GetsItsMailsAtALaterAttempt()
    {
        await using var smtp = SmtpServerMock.Start(connection => connection == 0 ? SmtpBehaviour.IsSilent : SmtpBehaviour.Takes);
        await using var mas = await StartAsync(smtp, tls: false);
        var (alice, bob) = (await mas.NewUserAsync("alice"), await mas.NewUserAsync("bob"));

        await ForgetPasswordAsync(mas, alice.Email);
        await ForgetPasswordAsync(mas, bob.Email);

        await Eventually.HoldsAsync(() => smtp.Mails.Count == 2, () => $"both mails\n{mas.Logs}");
        Assert.Equal([$"To: {alice.Email}", $"To: {bob.Email}"], smtp.Mails.Select(mail => mail.Split('\n').First(line => line.StartsWith("To:", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task MailServer_ThatNobodyTrusts_GetsNothingAndStopsNothing()
    {
        var connections = 0;
        await using var smtp = SmtpServerMock.Start(connection =>
        {
            Volatile.Write(ref connections, connection + 1);
            return SmtpBehaviour.IsNotTrusted;
        });
        await using var mas = await StartAsync(smtp, tls: true);
        var alice = await mas.NewUserAsync("alice");

        await ForgetPasswordAsync(mas, alice.Email);

        await Eventually.HoldsAsync(() => Volatile.Read(ref connections) >= 2, () => $"another attempt\n{mas.Logs}");
        Assert.Empty(smtp.Mails);
        await mas.IsReadyAsync();
        await mas.ConnectAsync(alice);
    }

    [Fact]
    public async Task MailServer_WithoutStartTls_GetsNothingInClear()
    {
        var connections = 0;
        await using var smtp = SmtpServerMock.Start(connection =>
        {
            Volatile.Write(ref connections, connection + 1);
            return SmtpBehaviour.Takes;
        });
        await using var mas = await StartAsync(smtp, tls: true);
        var alice = await mas.NewUserAsync("alice");

        await ForgetPasswordAsync(mas, alice.Email);

        await Eventually.HoldsAsync(() => Volatile.Read(ref connections) >= 2, () => $"another attempt\n{mas.Logs}");
        Assert.Empty(smtp.Mails);
    }

    [Fact]
    public async Task MailServer_ThatDoesNotAnswerQuit_GetsEachMailOnce()
    {
        await using var smtp = SmtpServerMock.Start(_ => SmtpBehaviour.IsSilentAtTheEnd);
        await using var mas = await StartAsync(smtp, tls: false);
        var (alice, bob) = (await mas.NewUserAsync("alice"), await mas.NewUserAsync("bob"));

        await ForgetPasswordAsync(mas, alice.Email);
        await ForgetPasswordAsync(mas, bob.Email);

        await Eventually.HoldsAsync(() => smtp.Mails.Any(mail => mail.Contains(bob.Email, StringComparison.Ordinal)), () => $"the second mail\n{mas.Logs}");
        Assert.Equal(2, smtp.Mails.Count);
    }

    private static Task<MasSystem> StartAsync(SmtpServerMock smtp, bool tls) => MasSystem.StartAsync(new MasSystemOptions
    {
        Settings = new Dictionary<string, string>
        {
            ["Mail:Host"] = "127.0.0.1",
            ["Mail:Port"] = $"{smtp.Port}",
            ["Mail:Tls"] = tls ? "true" : "false",
            ["Mail:TimeoutSeconds"] = "1",
        },
    });

    private static async Task ForgetPasswordAsync(MasSystem mas, string email)
    {
        using var http = new MasHttp(mas.Address);
        Assert.Equal(System.Net.HttpStatusCode.OK, (await http.PostAsync("/api/forgot-password", new { email })).Status);
    }
}
