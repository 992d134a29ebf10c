using System.Globalization;

namespace Mas.Tests.Chaos;

/// <summary><c>scripts/chaos</c>: breaks what MAS is made of for as long as it is told to, and checks its promises.</summary>
internal static class ChaosProgram
{
    private const string Help = """
        scripts/chaos [--cluster] [--wait-replicas N] [--seed N] [--minutes M] [--round SECONDS] [--users N] [--groups N]

        Runs two servers, two workers and a Redis of its own (set as redis.conf sets it) and lets people talk, while servers,
        workers and Redis are killed, paused and restarted, connections of clients and to Redis cut, delayed, held back and
        refused, and Redis is filled. After each round everything is let settle, and it is checked that every acknowledged
        message is in the history exactly once and in order, that each client's view is that of a new login, that no session,
        outbox or inbox entry is left behind, that fsck finds nothing and that no process has logged an error.

          --cluster          on a Redis Cluster of three masters and three replicas: a master is killed, paused, or killed while its
                             replica is cut off from it; the replica takes over, and the node comes back as its replica. What
                             may be lost is then what docs/operations/scaling.md says, and fsck --repair is run after it
          --wait-replicas N  Redis:WaitReplicas (default 0): with 1, nothing that was acknowledged may be lost
          --seed N           chooses the faults and what people do; random when not given, and told at the start
          --minutes M        when the last round begins at the latest (default 1)
          --round SECONDS    how long things break in each round (default 20)
          --users N          users of a round (default 12)
          --groups N         groups of a round (default 6)
          --help             this text

        The exit code is 0 when all promises were kept, 1 when not (logs and a copy of Redis are then in artifacts/chaos/), 2
        when an argument is wrong.
        """;

    /// <summary>Runs <c>scripts/chaos</c> with its arguments; the exit code.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is ["--help" or "-h"])
        {
            Console.WriteLine(Help);
            return 0;
        }
        var options = new ChaosOptions { Seed = Random.Shared.Next(1_000_000) };
        for (var i = 0; i < arguments.Length; i += 2)
        {
            if (arguments[i] == "--cluster")
            {
                options = options with { OnCluster = true };
                i--;
                continue;
            }
            if (With(options, arguments[i], arguments.ElementAtOrDefault(i + 1)) is not { } changed)
            {
                await Console.Error.WriteLineAsync($"scripts/chaos: {string.Join(' ', arguments[i..])} can't be understood. --help says how.");
                return 2;
            }
            options = changed;
        }
        return await RunAsync(options with { KeepIn = Path.GetFullPath(Path.Combine("artifacts", "chaos", $"seed-{options.Seed}")) });
    }

    private static ChaosOptions? With(ChaosOptions options, string name, string? value)
    {
        if (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || number < 0)
            return null;
        return name switch
        {
            "--seed" => options with { Seed = (int)number },
            "--wait-replicas" => options with { WaitReplicas = (int)number },
            "--minutes" => options with { Lasts = TimeSpan.FromMinutes(number) },
            "--round" when number >= 1 => options with { Round = TimeSpan.FromSeconds(number) },
            "--users" when number >= options.Groups => options with { Users = (int)number },
            "--groups" when number >= 1 && number <= options.Users => options with { Groups = (int)number },
            _ => null,
        };
    }

    private static async Task<int> RunAsync(ChaosOptions options)
    {
        Console.WriteLine($"seed {options.Seed}");
        var result = await new ChaosRun(options, line => Console.WriteLine(Colour(line))).RunAsync();
        Console.WriteLine($"seed {options.Seed}: {result.Rounds} rounds, {result.Faults} faults, {result.Acknowledged} messages acknowledged");
        if (result.Violations.Count == 0)
        {
            Console.WriteLine("All promises were kept.");
            return 0;
        }
        Console.WriteLine($"Promises were broken in round {result.Rounds}:");
        foreach (var violation in result.Violations)
            Console.WriteLine($"* {violation}");
        Console.WriteLine($"The logs and a copy of Redis are in {options.KeepIn}.");
        return 1;
    }

    /// <summary>Rounds stand out from faults on a terminal; in a file there are no colours.</summary>
    private static string Colour(string line)
    {
        if (Console.IsOutputRedirected)
            return line;
        var colour = line.Contains("BROKEN", StringComparison.Ordinal) ? 31 : line.Contains("round", StringComparison.Ordinal) ? 32 : 2;
        return $"\u001b[{colour}m{line}\u001b[0m";
    }
}
