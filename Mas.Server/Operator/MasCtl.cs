using System.Text.RegularExpressions;
using Mas.Core.Model;
using Mas.Core.Operator;
using Mas.Core.Redis;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mas.Server.Operator;

/// <summary>The operators' command line (<c>scripts/masctl</c>), run as <c>Mas.Server ctl …</c>, with the server's settings.</summary>
internal sealed partial class MasCtl(TextReader input, TextWriter output, TextWriter notes)
{
    private const int Done = 0;
    private const int Refused = 1;
    private const int WrongUse = 2;
    private const string DefaultLimit = "50";
    private static readonly TimeSpan RedisAnswersWithin = TimeSpan.FromSeconds(5);

    /// <summary>Runs one command.</summary>
    /// <returns>0 when it is done; 1 when MAS refused it, or fsck has findings; 2 when the command line is wrong.</returns>
    internal async Task<int> RunAsync(string[] args)
    {
        var arguments = CtlArguments.Read(args);
        if (arguments.Problem is { } problem)
            return await FailAsync(problem, WrongUse);
        using var interrupted = new CancellationTokenSource();
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = true;
            interrupted.Cancel();
        };
        var words = arguments.Words;
        switch (words)
        {
            case [] or ["list"]:
                await ListAsync(arguments.IsJson);
                return Done;
            case ["help"]:
                await output.WriteLineAsync("masctl list, masctl help NAME, masctl NAME arguments…");
                return Done;
            case ["help", var name]:
                return await HelpAsync(name);
        }
        if (words[0] != "create-user" && !AdminScripts.All.ContainsKey(words[0]))
            return await FailAsync($"there is no command {words[0]}; masctl list names them", WrongUse);
        if (words[0] != "create-user" && WrongCount(AdminScripts.All[words[0]], words.Count - 1))
            return await FailAsync($"usage: masctl {AdminScripts.All[words[0]].Usage}", WrongUse);
        try
        {
            await using var redis = await ConnectAsync(arguments, interrupted.Token);
            return await RunAsync(arguments, redis, interrupted.Token);
        }
        catch (AdminScriptException e)
        {
            return await FailAsync(e.Message, Refused);
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            return await FailAsync("interrupted; what was done until then stays", Refused);
        }
        catch (OperationCanceledException)
        {
            return await FailAsync("Redis does not answer; which one is set by MAS_Redis__Endpoint or --Redis:Endpoint=HOST:PORT", Refused);
        }
        catch (Exception e) when (RedisErrors.IsAway(e) || e is IOException or InvalidDataException)
        {
            return await FailAsync(e.Message, Refused);
        }
    }

    private async Task<int> RunAsync(CtlArguments arguments, RedisConnection redis, CancellationToken stopping)
    {
        var runner = new AdminScriptRunner(redis);
        var audit = new CtlAudit(redis);
        var words = arguments.Words;
        var table = new CtlTable(output);
        switch (words[0])
        {
            case "create-user":
                return await audit.RecordAsync("create-user", [arguments["--nick"] ?? ""], () => CreateUserAsync(arguments, redis, table));
            case "fsck":
                return arguments.Repairs
                    ? await audit.RecordAsync("fsck", ["--repair"], () => FsckAsync(arguments, redis, runner, table, stopping))
                    : await FsckAsync(arguments, redis, runner, table, stopping);
            case "export":
                return await audit.RecordAsync("export", words[1..], () => ExportAsync(arguments, new CtlTransfer(redis, runner), stopping));
            case "import":
                return await audit.RecordAsync("import", words[1..], () => ImportAsync(arguments, new CtlTransfer(redis, runner), table, stopping));
            default:
                var script = AdminScripts.All[words[0]];
                return script.Writes
                    ? await audit.RecordAsync(script.Name, words[1..], () => RunScriptAsync(script, arguments, runner, table, stopping))
                    : await RunScriptAsync(script, arguments, runner, table, stopping);
        }
    }

    private async Task<int> RunScriptAsync(AdminScript script, CtlArguments arguments, AdminScriptRunner runner, CtlTable table, CancellationToken stopping)
    {
        var values = arguments.Words.Skip(1).ToList();
        if (script.RandomArgument == values.Count + 1)
            values.Add(Secrets.NewToken());
        if (!await IsSureAsync(script, values, arguments))
            return Refused;
        var (columns, rows) = await CtlRows.CollectAsync(runner, script, values, stopping);
        if ((arguments["--sort"] ?? script.SortBy) is { } sort)
        {
            if (!columns.Contains(sort))
                return await FailAsync($"the columns are {string.Join(", ", columns)}", WrongUse);
            rows = CtlRows.Sort(columns, rows, sort);
            rows = [.. rows.Take(int.Parse(arguments["--limit"] ?? DefaultLimit))];
        }
        else if (arguments["--limit"] is { } limit)
        {
            rows = [.. rows.Take(int.Parse(limit))];
        }
        await table.PrintAsync(columns, rows, arguments.IsJson);
        return Done;
    }

    private async Task<int> FsckAsync(
        CtlArguments arguments, RedisConnection redis, AdminScriptRunner runner, CtlTable table, CancellationToken stopping)
    {
        var (columns, rows) = await new CtlFsck(redis, runner, notes).RunAsync(arguments.Repairs, stopping);
        if (rows.Count > 0 || arguments.IsJson)
            await table.PrintAsync(columns, rows, arguments.IsJson);
        else
            await output.WriteLineAsync("fsck finds nothing.");
        return rows.Count == 0 ? Done : Refused;
    }

    private async Task<int> CreateUserAsync(CtlArguments arguments, RedisConnection redis, CtlTable table)
    {
        if (!Console.IsInputRedirected)
            await notes.WriteAsync("Password: ");
        var (user, problem) = await CtlUserCreation.RunAsync(arguments, redis, await input.ReadLineAsync() ?? "");
        if (problem is not null)
            return await FailAsync(problem, Refused);
        await table.PrintAsync(["id", "nick"], [[user.Value, arguments["--nick"]!]], arguments.IsJson);
        return Done;
    }

    private async Task<int> ExportAsync(CtlArguments arguments, CtlTransfer transfer, CancellationToken stopping)
    {
        var values = arguments.Words.Skip(1).ToArray();
        if (arguments["--out"] is not { } path)
        {
            await transfer.ExportAsync(values, output, stopping);
            return Done;
        }
        // An export that broke off must not look like one.
        var part = path + ".part";
        long lines;
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        // It holds password hashes and what people said.
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var file = new StreamWriter(File.Open(part, options)))
            lines = await transfer.ExportAsync(values, file, stopping);
        File.Move(part, path, overwrite: true);
        await notes.WriteLineAsync($"{lines} lines written to {path}");
        return Done;
    }

    private async Task<int> ImportAsync(CtlArguments arguments, CtlTransfer transfer, CtlTable table, CancellationToken stopping)
    {
        var path = arguments.Words[1];
        if (!await IsSureAsync(AdminScripts.All["import"], [path], arguments))
            return Refused;
        using var file = path == "-" ? input : File.OpenText(path);
        var (counts, left) = await transfer.ImportAsync(file, stopping);
        if (left.Count > 0)
            await table.PrintAsync(["key", "result"], left, arguments.IsJson);
        await notes.WriteLineAsync(string.Join(", ", counts.Select(count => $"{count.Value} {count.Key}")));
        return left.Count == 0 ? Done : Refused;
    }

    private async Task<bool> IsSureAsync(AdminScript script, List<string> values, CtlArguments arguments)
    {
        if (script.Asks is not { } asks || arguments.IsSure || (script.Name is "announce" or "renew" && values[0] != "everybody"))
            return true;
        if (Console.IsInputRedirected)
        {
            await FailAsync($"{script.Name} {asks}. Where nobody can be asked, --yes says that it is meant", Refused);
            return false;
        }
        await notes.WriteAsync($"masctl {script.Name} {string.Join(' ', values)}: {asks}. Go on? [y/N] ");
        return (await input.ReadLineAsync())?.Trim() is "y" or "Y" or "yes";
    }

    private async Task ListAsync(bool asJson)
    {
        var rows = AdminScripts.All.Values.Select(script => new[] { script.Usage, script.Purpose.Split(": ")[0].Split(". ")[0].TrimEnd('.') })
            .Append([CtlUserCreation.Usage.Split(',')[0], "makes a user; the password comes from standard input"])
            .OrderBy(row => row[0], StringComparer.Ordinal).ToList();
        await new CtlTable(output).PrintAsync(["command", "does"], rows, asJson);
        if (!asJson)
            await output.WriteLineAsync("Options: --json, --sort COLUMN, --limit N, --yes, --out FILE, --repair, and settings such as --Redis:Endpoint=HOST:PORT");
    }

    private async Task<int> HelpAsync(string name)
    {
        if (name == "create-user")
        {
            await output.WriteLineAsync("usage: masctl " + CtlUserCreation.Usage);
            return Done;
        }
        if (!AdminScripts.All.TryGetValue(name, out var script))
            return await FailAsync($"there is no command {name}; masctl list names them", WrongUse);
        await output.WriteLineAsync(script.Header);
        return Done;
    }

    private static async Task<RedisConnection> ConnectAsync(CtlArguments arguments, CancellationToken stopping)
    {
        var options = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
            .AddEnvironmentVariables("MAS_")
            .AddCommandLine([.. arguments.Settings])
            .Build().GetSection("Redis").Get<RedisOptions>() ?? new();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        deadline.CancelAfter(RedisAnswersWithin);
        return await RedisConnection.ConnectAsync(options, NullLogger.Instance, deadline.Token);
    }

    private static bool WrongCount(AdminScript script, int count)
    {
        if (script.Name is "export")
            return count is < 1 or > 2;
        var optional = Optional().Matches(script.Usage).Count(match => !match.Value.StartsWith("[--", StringComparison.Ordinal));
        var needed = Optional().Replace(script.Usage, "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Length - 1;
        return count < needed || count > needed + optional;
    }

    private async Task<int> FailAsync(string problem, int code)
    {
        await notes.WriteLineAsync($"masctl: {problem}");
        return code;
    }

    [GeneratedRegex(@"\[[^\]]*\]")]
    private static partial Regex Optional();
}
