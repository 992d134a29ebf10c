using System.Globalization;

namespace Mas.Tests.Harness;

/// <summary>One of MAS's own processes, started from its build output as an operator starts it.</summary>
public sealed class MasProcess : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";
    private const string Started = "Application started";

    private readonly TempFolder _folder;
    private readonly string _project;
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly long? _heapLimitBytes;
    private readonly string? _checkout;
    private readonly List<string> _earlierLines = [];
    private ChildProcess _child;

    private MasProcess(string project, IReadOnlyDictionary<string, string> settings, long? heapLimitBytes = null, string? checkout = null)
    {
        _heapLimitBytes = heapLimitBytes;
        _checkout = checkout;
        _project = project;
        _settings = settings;
        _folder = new TempFolder(project.ToLowerInvariant());
        _child = StartChild();
    }

    /// <summary>The process itself: pid, log, signals.</summary>
    public ChildProcess Process => _child;

    /// <summary>Its log over all restarts, oldest first.</summary>
    public IReadOnlyList<string> Log => [.. _earlierLines, .. _child.Lines];

    /// <summary>Its working folder, empty at the start.</summary>
    public string Folder => _folder.Path;

    /// <summary>Starts a program without waiting for it, such as one that must refuse its settings.</summary>
    /// <param name="project">Mas.Server, Mas.Loopback or Mas.IrcBackend.</param>
    /// <param name="settings">Settings by their name in the configuration, such as <c>Redis:Endpoint</c>.</param>
    public static MasProcess Start(string project, IReadOnlyDictionary<string, string> settings) => new(project, settings);

    /// <summary>Starts a program and waits until it says that it has started.</summary>
    /// <param name="project">As <see cref="Start"/> takes it.</param>
    /// <param name="settings">As <see cref="Start"/> takes them.</param>
    /// <param name="heapLimitBytes">What its managed heap may hold; null for as much as there is.</param>
    /// <param name="checkout">Another checkout whose build output has the program; null for this one.</param>
    public static async Task<MasProcess> StartedAsync(
        string project, IReadOnlyDictionary<string, string> settings, long? heapLimitBytes = null, string? checkout = null)
    {
        var process = new MasProcess(project, settings, heapLimitBytes, checkout);
        try
        {
            await process.HasStartedAsync();
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where Kestrel listens, from its own log line; so a setting may leave the port open (port 0).</summary>
    public async Task<Uri> ListeningAsync()
    {
        var line = await _child.WaitForLineAsync(Listening);
        return new Uri(line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..].Split(' ', '"')[0]);
    }

    /// <summary>Waits for the line with which every .NET host ends its start.</summary>
    public Task HasStartedAsync() => _child.WaitForLineAsync(Started);

    /// <summary>Starts the program again with the same settings after it has ended or was killed.</summary>
    public async Task StartAgainAsync()
    {
        await _child.DisposeAsync();
        _earlierLines.AddRange(_child.Lines);
        _child = StartChild();
        await HasStartedAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _child.DisposeAsync();
        _folder.Dispose();
    }

    private ChildProcess StartChild() => ChildProcess.Start(
        _project,
        "dotnet",
        [BuildOutput.AssemblyOf(_project, _project, _checkout), .. _settings.Select(setting => $"--{setting.Key}={setting.Value}")],
        _folder.Path,
        new Dictionary<string, string?>
        {
            // A watcher for each appsettings.json costs an inotify instance, and there are only 128 for each user.
            ["DOTNET_hostBuilder__reloadConfigOnChange"] = "false",
            ["DOTNET_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_URLS"] = null,
            ["DOTNET_gcServer"] = "0",
            ["DOTNET_GCHeapHardLimit"] = _heapLimitBytes?.ToString("x", CultureInfo.InvariantCulture),
        });
}
