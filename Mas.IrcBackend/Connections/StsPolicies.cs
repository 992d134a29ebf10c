using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace Mas.IrcBackend.Connections;

/// <summary>
/// The STS policies that servers have announced: until a policy expires, its host is used only over TLS on its port. They survive a
/// restart in a file, a JSON object host → <c>{port, seconds, expires}</c>.
/// </summary>
internal sealed partial class StsPolicies
{
    private readonly ConcurrentDictionary<string, Policy> _policies = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock _writing = new();
    private readonly string? _file;
    private readonly TimeProvider _time;
    private readonly ILogger<StsPolicies> _log;

    /// <summary>Loads the policies.</summary>
    /// <param name="file">The file; null keeps the policies in memory.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">The log.</param>
    public StsPolicies(string? file, TimeProvider time, ILogger<StsPolicies> log)
    {
        _file = file;
        _time = time;
        _log = log;
        if (file is not null && File.Exists(file))
            Load(file);
    }

    /// <summary>The TLS port that a host must be used on; null without a policy.</summary>
    internal int? PortOf(string host) =>
        _policies.TryGetValue(host, out var policy) && policy.Expires > _time.GetUtcNow() ? policy.Port : null;

    /// <summary>Saves a policy that a server announced over TLS.</summary>
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

    /// <summary>A connection to the host has ended: its policy's duration counts from now (STS, "rescheduling expiry").</summary>
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

    // Replaced by a rename, so that a crash leaves the old file or the new one.
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
                var temporary = $"{full}.{Environment.ProcessId}.new";
                using (var stream = File.Create(temporary))
                {
                    Write(stream);
                }
                File.Move(temporary, full, overwrite: true);
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

    [LoggerMessage(Level = LogLevel.Error, Message = "Can't read the STS policies in {File}; hosts are used as the settings say until they announce a policy again. Check the file")]
    private partial void LogNotRead(string file, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Can't write the STS policies to {File}; they are lost when this process ends. Check the folder's permissions")]
    private partial void LogNotWritten(string file, Exception exception);

    private sealed record Policy(int Port, TimeSpan Duration, DateTimeOffset Expires);
}
