using Mas.Core.Hosting;
using Mas.Loopback;
using Microsoft.Extensions.Hosting;

return await MasHost.RunAsync(async () =>
{
    var builder = MasHost.CreateWorkerBuilder(args);
    await builder.ConnectRedisAsync();
    builder.Services.AddMasCore();
    builder.Services.AddLoopback();
    await builder.Build().RunAsync();
});
