using System.Threading.Channels;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using Polly;
using Polly.Retry;

namespace Mas.Server.Accounts;

/// <summary>
/// Sends mail in the background, one after another, so that callers cannot tell from the time whether there was one to send. Without SMTP settings it writes files.
/// </summary>
internal sealed partial class Mailer : BackgroundService
{
    private const int Attempts = 5;

    private readonly Channel<MimeMessage> _queue = Channel.CreateBounded<MimeMessage>(1000);
    private readonly MailOptions _options;
    private readonly MailboxAddress _from;
    private readonly ResiliencePipeline _attempts;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public Mailer(MailOptions options, TimeProvider time, ILogger<Mailer> logger)
    {
        _options = options;
        _from = MailboxAddress.TryParse(options.From, out var from)
            ? from
            : throw new InvalidDataException($"The setting Mail:From is '{options.From}'; it must be an email address such as mas@example.org.");
        _time = time;
        _logger = logger;
        _attempts = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = Attempts - 1,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromSeconds(2),
                MaxDelay = TimeSpan.FromMinutes(1),
                // Any failure, such as an expired certificate, may be over by the next attempt.
                ShouldHandle = new PredicateBuilder().Handle<Exception>(e => e is not OperationCanceledException),
                OnRetry = retry =>
                {
                    LogFailed(_logger, _options.Host, retry.AttemptNumber + 1, retry.RetryDelay, retry.Outcome.Exception!.Message);
                    return default;
                },
            })
            // A silent server costs this attempt only.
            .AddTimeout(TimeSpan.FromSeconds(options.TimeoutSeconds))
            .Build();
    }

    /// <summary>Queues a mail; when a thousand wait already, it is dropped, and the log says so.</summary>
    internal void Enqueue(string to, string subject, string body)
    {
        // An address may come from an operator or an older MAS.
        if (!MailboxAddress.TryParse(to, out var address))
        {
            LogNoAddress(_logger);
            return;
        }
        var mail = new MimeMessage([_from], [address], subject, new TextPart("plain") { Text = body }) { Date = _time.GetUtcNow() };
        if (!_queue.Writer.TryWrite(mail))
            LogDropped(_logger);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var mail in _queue.Reader.ReadAllAsync(stoppingToken))
        {
            using (mail)
            {
                if (_options.Host.Length == 0)
                    await WriteAsync(mail, stoppingToken);
                else
                    await SendAsync(mail, stoppingToken);
            }
        }
    }

    private async Task SendAsync(MimeMessage mail, CancellationToken stopping)
    {
        try
        {
            await _attempts.ExecuteAsync(static async (state, cancelled) => await state.Mailer.TrySendAsync(state.mail, cancelled), (Mailer: this, mail), stopping);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            LogGivenUp(_logger, _options.Host, Attempts, e.Message);
        }
    }

    private async Task TrySendAsync(MimeMessage mail, CancellationToken cancelled)
    {
        using var client = new SmtpClient
        {
            Timeout = _options.TimeoutSeconds * 1000,
            // Asks the issuer over the network, which a server's firewall may not allow.
            CheckCertificateRevocation = false,
        };
        await client.ConnectAsync(_options.Host, _options.Port, SecurityOf(_options), cancelled);
        if (_options.User.Length > 0)
            await client.AuthenticateAsync(_options.User, _options.Password, cancelled);
        await client.SendAsync(mail, cancelled);
        await QuitAsync(client, cancelled);
    }

    /// <summary>Sends QUIT. The mail is accepted: a server that fails now must not get it again.</summary>
    private async Task QuitAsync(SmtpClient client, CancellationToken cancelled)
    {
        try
        {
            await client.DisconnectAsync(quit: true, cancelled);
        }
        catch (Exception e)
        {
            LogNoGoodbye(_logger, _options.Host, e.Message);
        }
    }

    /// <summary>With TLS, nothing is sent before the connection is secure; port 465 is for TLS from the first byte (RFC 8314).</summary>
    private static SecureSocketOptions SecurityOf(MailOptions options) =>
        !options.Tls ? SecureSocketOptions.None
        : options.Port == 465 ? SecureSocketOptions.SslOnConnect
        : SecureSocketOptions.StartTls;

    private async Task WriteAsync(MimeMessage mail, CancellationToken stopping)
    {
        var file = Path.Combine(Path.GetFullPath(_options.Folder), $"{_time.GetUtcNow():yyyyMMdd'T'HHmmss.fff}-{Guid.NewGuid().ToString("N")[..8]}.eml");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            var part = file + ".part";
            await mail.WriteToAsync(part, stopping);
            File.Move(part, file);
            LogWritten(_logger, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotWritten(_logger, file, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Mail:Host is not set: a mail was written to {File} instead of being sent")]
    private static partial void LogWritten(ILogger logger, string file);

    [LoggerMessage(Level = LogLevel.Error, Message = "A mail could not be written to {File}: {Reason}")]
    private static partial void LogNotWritten(ILogger logger, string file, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Host} did not accept a mail (attempt {Attempt}; the next in {Delay}): {Reason}")]
    private static partial void LogFailed(ILogger logger, string host, int attempt, TimeSpan delay, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Host} accepted a mail, and did not answer QUIT: {Reason}")]
    private static partial void LogNoGoodbye(ILogger logger, string host, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Host} did not accept a mail in {Attempts} attempts, and it was dropped: {Reason}")]
    private static partial void LogGivenUp(ILogger logger, string host, int attempts, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "A mail was dropped: the user's email address can't be read")]
    private static partial void LogNoAddress(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "A mail was dropped: 1000 are waiting already")]
    private static partial void LogDropped(ILogger logger);
}
