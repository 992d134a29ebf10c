using Mas.Load;

const string Help = """
    scripts/bench [run] [SCENARIO ...] [options]   runs scenarios against MAS
    scripts/bench compare [SCENARIO ...] [options] the same against Redis alone, socket.io and plain Kestrel
                                                   (IRC: against The Lounge), in turn
    scripts/bench storms [options]                 logins and reconnects of many at once
    scripts/bench idle [options]                   memory of a connection that does nothing

    Scenarios: group-100, group-1000, groups-100x10, pairs-1000 (full speed), steady-1000 (1,000 messages a second, open loop),
    irc-in and irc-steady (the same of lines that an IRC server says to 100 users, each with a connection and a channel of its own)

      --runs N            runs of each scenario; the median counts (3)
      --seconds N         measured time of a run (5)
      --warm-up N         seconds before that (5)
      --bytes N           length of a message's text (150)
      --servers N         Mas.Server processes (1)
      --workers N         Mas.Loopback processes (1)
      --inboxes N         inboxes that they share (as many as workers)
      --load-processes N  processes that make the load (2)
      --connections N     for idle (10000)
      --aof yes           Redis with its append-only file on

    Everything runs on this machine and talks to loopback only. Latencies count from when a message should have been sent. A
    load process reports when it could not keep up ("late") and its own share of the processors; `compare` shows with plain
    Kestrel how much more it could take.
    """;

try
{
    switch (args)
    {
        case ["load"]:
            await LoadProcess.RunAsync();
            return 0;
        case ["floor", var port]:
            await FloorTarget.ServeAsync(int.Parse(port));
            return 0;
        case ["--help" or "-h" or "help", ..]:
            Console.WriteLine(Help);
            return 0;
        default:
            await Commands.RunAsync(args is ["run" or "compare" or "storms" or "idle", ..] ? args[0] : "run", new Options([.. args.SkipWhile((arg, i) => i == 0 && arg is "run" or "compare" or "storms" or "idle")]));
            return 0;
    }
}
catch (ArgumentException e)
{
    Console.Error.WriteLine(e.Message + " See scripts/bench --help.");
    return 2;
}
