using Mas.Load;

switch (args)
{
    // The processes that the bench starts itself.
    case ["load"]:
        await LoadProcess.RunAsync();
        return 0;
    case ["kestrel", var port]:
        await KestrelTarget.ServeAsync(int.Parse(port, System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    default:
        return await BenchCommandLine.RunAsync(args);
}
