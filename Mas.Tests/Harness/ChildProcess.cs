using System.Diagnostics;

namespace Mas.Tests.Harness;

/// <summary>A process that a test has started: its output by lines, signals by pid, and its certain end.</summary>
/// <remarks>
/// However the process that has started it ends, the child ends with it (<see cref="Leftovers"/>).
/// </remarks>
public sealed class ChildProcess : IAsyncDisposable
{
    private const int KeptLines = 50_000;
    private static readonly TimeSpan LastLinesTake = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = new();
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private event Action<string>? LineWritten;

    private ChildProcess(string name, Process process)
    {
        Name = name;
        _process = process;
    }

    /// <summary>What failure messages call this process.</summary>
    public string Name { get; }

    /// <summary>The process id.</summary>
    public int Id { get; private set; }

    /// <summary>True once the process has ended.</summary>
    public bool HasExited => _exited.Task.IsCompleted;

    /// <summary>The exit code; 128 + n after signal n.</summary>
    /// <exception cref="InvalidOperationException">The process still runs.</exception>
    public int ExitCode => _process.ExitCode;

    /// <summary>What the process has written so far, to both streams, oldest first.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
                return [.. _lines];
        }
    }

    /// <summary>The last lines of the log, for failure messages.</summary>
    public string LogTail => $"--- {Name} (pid {Id}) ---\n" + string.Join('\n', Lines.TakeLast(60));

    /// <summary>Starts <paramref name="fileName"/>; its output is captured from the first line on.</summary>
    /// <param name="name">What failure messages call it.</param>
    /// <param name="fileName">The program.</param>
    /// <param name="arguments">Its arguments, unquoted.</param>
    /// <param name="workingDirectory">Where it runs; a temp folder, as a rule.</param>
    /// <param name="environment">Variables on top of the test's own; a null value removes one.</param>
    public static ChildProcess Start(
        string name,
        string fileName,
        IEnumerable<string> arguments,
        string workingDirectory,
        IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(fileName, arguments)
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (variable, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[variable] = value;

        var child = new ChildProcess(name, new Process { StartInfo = start });
        child.Run();
        return child;
    }

    /// <summary>Waits until a line holds <paramref name="text"/>; lines already written count.</summary>
    /// <returns>The whole line.</returns>
    /// <exception cref="InvalidOperationException">The process ended, or the deadline passed, without such a line.</exception>
    public async Task<string> WaitForLineAsync(string text, TimeSpan? deadline = null)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look(string line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
                found.TrySetResult(line);
        }

        lock (_gate)
        {
            LineWritten += Look;
            foreach (var line in _lines)
                Look(line);
        }

        try
        {
            var limit = Task.Delay(deadline ?? Eventually.DefaultDeadline);
            var first = await Task.WhenAny(found.Task, _exited.Task, limit);
            if (first == found.Task || found.Task.IsCompleted)
                return await found.Task;
            var why = first == limit ? "did not say in time" : $"ended with code {ExitCode} before it said";
            throw new InvalidOperationException($"{Name} {why} '{text}'\n{LogTail}");
        }
        finally
        {
            lock (_gate)
                LineWritten -= Look;
        }
    }

    /// <summary>Sends a signal to this process alone.</summary>
    public void Signal(ProcessSignal signal)
    {
        if (!HasExited)
            ProcessSignals.Send(Id, signal);
    }

    /// <summary>Writes a line to the process's standard input.</summary>
    public async Task WriteLineAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Waits for the process's end.</summary>
    /// <exception cref="TimeoutException">It still ran at the deadline.</exception>
    public async Task WaitForExitAsync(TimeSpan? deadline = null)
    {
        try
        {
            await _exited.Task.WaitAsync(deadline ?? Eventually.DefaultDeadline);
            // The end is told before the last lines are: this waits until both streams have been read to their ends.
            await _process.WaitForExitAsync().WaitAsync(deadline ?? Eventually.DefaultDeadline);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{Name} did not end in time\n{LogTail}");
        }
    }

    /// <summary>Asks the process to end (SIGTERM) and waits until it has.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync(TimeSpan? deadline = null)
    {
        Signal(ProcessSignal.Terminate);
        await WaitForExitAsync(deadline);
        return ExitCode;
    }

    /// <summary>Kills the process (SIGKILL) and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        Signal(ProcessSignal.Kill);
        await WaitForExitAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private void Run()
    {
        _process.OutputDataReceived += (_, e) => Take(e.Data);
        _process.ErrorDataReceived += (_, e) => Take(e.Data);
        _process.Exited += (_, _) => _ = EndAsync();
        if (!_process.Start())
            throw new InvalidOperationException($"{Name} did not start");
        Id = _process.Id;
        Leftovers.Started(Id);
        // From here on the end is told, also one that has come already.
        _process.EnableRaisingEvents = true;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The end is told behind the last line; but what the process started itself may hold its output open for longer.</summary>
    private async Task EndAsync()
    {
        Leftovers.Ended(Id);
        await Task.WhenAny(_process.WaitForExitAsync(), Task.Delay(LastLinesTake));
        _exited.TrySetResult();
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        lock (_gate)
        {
            _lines.Enqueue(line);
            if (_lines.Count > KeptLines)
                _lines.Dequeue();
            LineWritten?.Invoke(line);
        }
    }
}
