using Mas.Core.Hosting;
using Mas.Server;
using Mas.Server.Accounts;
using Mas.Server.Health;
using Mas.Server.Requests;
using Mas.Server.Sockets;

return await MasHost.RunAsync(async () =>
{
    var builder = MasHost.CreateWebBuilder(args);
    builder.ListenAsSet();
    await builder.ConnectRedisAsync();
    builder.Services.AddMasCore().AddServerSettings().AddAccounts().AddRequests().AddSockets().AddHealth();
    var app = builder.Build();
    app.UseTrustedProxies();
    app.UseWebSockets();
    app.MapHealth();
    app.MapAccounts();
    app.MapSockets();
    await app.RunAsync();
});
