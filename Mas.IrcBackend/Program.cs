using Mas.Core.Hosting;
using Mas.IrcBackend;
using Mas.IrcBackend.Check;

if (args is [CheckCommand.Name, .. var rest])
    return await CheckCommand.RunAsync(rest);

return await MasHost.RunAsync(async () =>
{
    var builder = MasHost.CreateWorkerBuilder(args);
    await builder.ConnectRedisAsync();
    builder.Services.AddMasCore();
    builder.AddIrc();
    await builder.Build().RunAsync();
});
