using Mas.IrcBackend.Check;

return args is [CheckCommand.Name, .. var rest]
    ? await CheckCommand.RunAsync(rest)
    : Usage();

static int Usage()
{
    Console.Error.WriteLine(CheckOptions.Help);
    return (int)ExitCode.Usage;
}
