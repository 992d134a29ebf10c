using System.Net;
using System.Net.Mail;
using System.Threading.Channels;
using Mas.Core.Queues;

namespace Mas.Server.Accounts;

/// <summary>Sends mail in the background, so that how long it takes tells nothing; without SMTP settings it writes files.</summary>
internal sealed partial class Mailer(MailOptions options, TimeProvider time, ILogger<Mailer> logger) : BackgroundService
{
    private const int Attempts = 5;
    private readonly Channel<MailMessage> _queue = Channel.CreateBounded<MailMessage>(1000);

    /// <summary>Queues a mail; when a thousand wait already, it is dropped, and the log says so.</summary>
    internal void Enqueue(string to, string subject, string body)
    {
        if (!_queue.Writer.TryWrite(new MailMessage(options.From, to, subject, body)))
            LogDropped(logger);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var mail in _queue.Reader.ReadAllAsync(stoppingToken))
        {
            using (mail)
            {
                if (options.Host.Length == 0)
                    await WriteAsync(mail, stoppingToken);
                else
                    await SendAsync(mail, stoppingToken);
            }
        }
    }

    private async Task SendAsync(MailMessage mail, CancellationToken stopping)
    {
        var pause = new GrowingPause(TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(1));
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            deadline.CancelAfter(TimeSpan.FromSeconds(options.TimeoutSeconds));
            try
            {
                using var client = new SmtpClient(options.Host, options.Port) { EnableSsl = options.Tls };
                if (options.User.Length > 0)
                    client.Credentials = new NetworkCredential(options.User, options.Password);
                await client.SendMailAsync(mail, deadline.Token);
                return;
            }
            // Whatever is wrong with the mail server, such as its certificate, is wrong with this attempt only.
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                LogFailed(logger, options.Host, attempt, e.Message);
                await pause.WaitAsync(stopping);
            }
        }
    }

    private async Task WriteAsync(MailMessage mail, CancellationToken stopping)
    {
        var file = Path.Combine(Path.GetFullPath(options.Folder), $"{time.GetUtcNow():yyyyMMdd'T'HHmmss.fff}-{Guid.NewGuid().ToString("N")[..8]}.eml");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            var part = file + ".part";
            await File.WriteAllTextAsync(part, $"From: {mail.From}\nTo: {mail.To}\nSubject: {mail.Subject}\n\n{mail.Body}\n", stopping);
            File.Move(part, file);
            LogWritten(logger, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogFailed(logger, file, Attempts, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Mail:Host is not set; a mail was written to {File} instead")]
    private static partial void LogWritten(ILogger logger, string file);

    [LoggerMessage(Level = LogLevel.Error, Message = "Mail could not be handed to {Where} (attempt {Attempt}): {Reason}")]
    private static partial void LogFailed(ILogger logger, string where, int attempt, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "A mail was dropped: a thousand are waiting already")]
    private static partial void LogDropped(ILogger logger);
}
