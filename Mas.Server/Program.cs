using Mas.Core.Hosting;
using Mas.Server;
using Mas.Server.Accounts;
using Mas.Server.Admin;
using Mas.Server.Health;
using Mas.Server.Operator;
using Mas.Server.Requests;
using Mas.Server.Sockets;
using Mas.Server.WebClient;

if (args is ["ctl", .. var command])
    return await MasCtl.RunAsync(command);

return await MasHost.RunAsync(async () =>
{
    var builder = MasHost.CreateWebBuilder(args);
    builder.ListenAsSet();
    await builder.ConnectRedisAsync();
    builder.Services.AddMasCore().AddServerSettings().AddAccounts().AddRequests().AddSockets().AddHealth().AddWebClient().AddAdmin();
    var app = builder.Build();
    app.UseTrustedProxies();
    app.UseWebClient();
    app.UseSockets();
    app.MapHealth();
    app.MapAccounts();
    app.MapSockets();
    app.MapAdmin();
    await app.RunAsync();
});
