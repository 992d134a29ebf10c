using System.Diagnostics;
using System.Runtime.InteropServices;
using Mas.Tests.Harness;
using Newtonsoft.Json;

namespace Mas.Tests.Irc.Check;

/// <summary>A run of <c>Mas.IrcBackend check</c> as the process that operators start.</summary>
internal sealed class CheckProcess : IAsyncDisposable
{
    private const int SigTerm = 15;

    private readonly Process _process;
    private readonly List<string> _transcript = [];
    private readonly TempFolder _folder;

    private CheckProcess(Process process, TempFolder folder)
    {
        _process = process;
        _folder = folder;
    }

    /// <summary>Starts it on one network with these settings; the account is bob's unless given.</summary>
    public static CheckProcess Start(object network, object? account = null, bool hold = false, bool json = false, string? stateFile = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var temp = new TempFolder("check");
        var folder = temp.Path;
        File.WriteAllText(Path.Combine(folder, "cfg.json"), JsonConvert.SerializeObject(new
        {
            Irc = new { StateFile = stateFile, Networks = new Dictionary<string, object> { ["Net"] = network } },
        }));
        File.WriteAllText(Path.Combine(folder, "acct.json"), JsonConvert.SerializeObject(account ?? new { Nick = "bob", User = "bob", RealName = "Bob" }));
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                typeof(Mas.IrcBackend.Check.CheckCommand).Assembly.Location, "check",
                "--config", Path.Combine(folder, "cfg.json"), "--network", "Net", "--account", Path.Combine(folder, "acct.json"),
            },
        };
        if (hold)
            start.ArgumentList.Add("--hold");
        if (json)
            start.ArgumentList.Add("--json");
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var check = new CheckProcess(new Process { StartInfo = start }, temp);
        check._process.OutputDataReceived += check.Read;
        check._process.ErrorDataReceived += check.Read;
        check._process.Start();
        Leftovers.Started(check._process.Id);
        check._process.BeginOutputReadLine();
        check._process.BeginErrorReadLine();
        return check;
    }

    public string Transcript
    {
        get
        {
            lock (_transcript)
                return string.Concat(_transcript.Select(line => line + "\n"));
        }
    }

    public bool IsRunning => !_process.HasExited;

    /// <summary>Waits for the end; gives the exit code.</summary>
    public async Task<int> ExitCodeAsync(TimeSpan? deadline = null)
    {
        using var wait = new CancellationTokenSource(deadline ?? Eventually.DefaultDeadline);
        await _process.WaitForExitAsync(wait.Token);
        return _process.ExitCode;
    }

    /// <summary>Waits until the transcript holds a text.</summary>
    public async Task SaysAsync(string text, TimeSpan? patience = null)
    {
        await Eventually.HoldsAsync(
            () => Transcript.Contains(text, StringComparison.Ordinal) || !IsRunning, () => $"\"{text}\" in:\n{Transcript}", patience);
        // The end may be known before the last lines are.
        if (!IsRunning)
            await ExitCodeAsync();
        Assert.Contains(text, Transcript, StringComparison.Ordinal);
    }

    public void Terminate() => _ = Kill(_process.Id, SigTerm);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        Leftovers.Ended(_process.Id);
        _process.Dispose();
        _folder.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);

    private void Read(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null)
            return;
        lock (_transcript)
            _transcript.Add(line.Data);
    }
}
