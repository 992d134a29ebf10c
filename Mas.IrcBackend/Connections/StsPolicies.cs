using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace Mas.IrcBackend.Connections;

/// <summary>
/// The strict transport security policies that servers have announced: until one expires, its host is only ever spoken to
/// over TLS on its port. They survive a restart in a file, a JSON object host → <c>{port, seconds, expires}</c>.
/// </summary>
internal sealed partial class StsPolicies
{
    private readonly ConcurrentDictionary<string, Policy> _policies = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock _writing = new();
    private readonly string? _file;
    private readonly TimeProvider _time;
    private readonly ILogger<StsPolicies> _log;

    /// <summary>Loads the policies.</summary>
    /// <param name="file">The file, made when it is first needed; null for none.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Tells when the file can't be read or written; the policies then live in memory.</param>
    public StsPolicies(string? file, TimeProvider time, ILogger<StsPolicies> log)
    {
        _file = file;
        _time = time;
        _log = log;
        if (file is not null && File.Exists(file))
            Load(file);
    }

    /// <summary>The port on which a host must be spoken to over TLS, or null when it has no policy.</summary>
    internal int? PortOf(string host) =>
        _policies.TryGetValue(host, out var policy) && policy.Expires > _time.GetUtcNow() ? policy.Port : null;

    /// <summary>Takes what a server announced over TLS.</summary>
    /// <param name="host">The host.</param>
    /// <param name="port">The port of the connection over which it was announced.</param>
    /// <param name="duration">How long it holds; zero ends it.</param>
    internal void Announced(string host, int port, TimeSpan duration)
    {
        if (duration > TimeSpan.Zero)
            _policies[host] = new Policy(port, duration, _time.GetUtcNow() + duration);
        else if (!_policies.TryRemove(host, out _))
            return;
        Save();
    }

    /// <summary>A connection to the host has ended; a policy's time counts from then (STS, "rescheduling expiry").</summary>
    internal void Disconnected(string host)
    {
        if (_policies.TryGetValue(host, out var policy) && policy.Expires > _time.GetUtcNow())
        {
            _policies[host] = policy with { Expires = _time.GetUtcNow() + policy.Duration };
            Save();
        }
    }

    private void Load(string file)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var host in json.RootElement.EnumerateObject())
            {
                _policies[host.Name] = new Policy(
                    host.Value.GetProperty("port").GetInt32(),
                    TimeSpan.FromSeconds(host.Value.GetProperty("seconds").GetInt64()),
                    DateTimeOffset.Parse(host.Value.GetProperty("expires").GetString()!, CultureInfo.InvariantCulture));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            LogNotRead(file, e);
        }
    }

    // Written beside and moved into place, so that a crash leaves the old file or the new one.
    private void Save()
    {
        if (_file is null)
            return;
        lock (_writing)
        {
            try
            {
                var full = Path.GetFullPath(_file);
                Directory.CreateDirectory(Path.GetDirectoryName(full)!);
                var beside = $"{full}.{Environment.ProcessId}.new";
                using (var stream = File.Create(beside))
                {
                    Write(stream);
                }
                File.Move(beside, full, overwrite: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogNotWritten(_file, e);
            }
        }
    }

    private void Write(Stream stream)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        foreach (var (host, policy) in _policies)
        {
            json.WriteStartObject(host);
            json.WriteNumber("port", policy.Port);
            json.WriteNumber("seconds", (long)policy.Duration.TotalSeconds);
            json.WriteString("expires", policy.Expires);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The STS policies in {File} can't be read; hosts are spoken to as the settings say until they announce them again")]
    private partial void LogNotRead(string file, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "The STS policies can't be written to {File}; they are lost when this process ends")]
    private partial void LogNotWritten(string file, Exception exception);

    private sealed record Policy(int Port, TimeSpan Duration, DateTimeOffset Expires);
}
