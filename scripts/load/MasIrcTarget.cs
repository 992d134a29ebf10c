using Mas.Tests.Client;
using Mas.Tests.Harness;

namespace Mas.Load;

/// <summary>MAS with one Mas.IrcBackend, which has both roles, and a network for every load process's IRC server.</summary>
internal sealed class MasIrcTarget : Target
{
    private readonly MasTarget _mas;
    private readonly IReadOnlyList<int> _ircPorts;

    private MasIrcTarget(MasTarget mas, IReadOnlyList<int> ircPorts)
    {
        _mas = mas;
        _ircPorts = ircPorts;
    }

    public override string Protocol => "mas-irc";

    public override IReadOnlyList<int> IrcPorts => _ircPorts;

    public override IReadOnlyList<(string, int)> Processes =>
        [.. _mas.Processes, .. _mas.System.IrcBackends.Select(backend => ("Mas.IrcBackend", backend.Process.Id))];

    /// <param name="options">Servers and Redis.</param>
    /// <param name="ircPorts">Where the load processes' IRC servers will listen.</param>
    /// <param name="checkout">Another checkout whose programs run; null for this one.</param>
    public static async Task<MasIrcTarget> StartAsync(BenchOptions options, IReadOnlyList<int> ircPorts, string? checkout)
    {
        var networks = ircPorts.SelectMany(port => new Dictionary<string, string>
        {
            [$"Irc:Networks:{MasIrcProtocol.NetworkOf(port)}:Host"] = "127.0.0.1",
            [$"Irc:Networks:{MasIrcProtocol.NetworkOf(port)}:Port"] = $"{port}",
            [$"Irc:Networks:{MasIrcProtocol.NetworkOf(port)}:Tls"] = "off",
            [$"Irc:Networks:{MasIrcProtocol.NetworkOf(port)}:ConnectsPerMinute"] = "0",
        });
        return new MasIrcTarget(await MasTarget.StartAsync(options.Servers, options.AppendOnly, ircBackends: 1, networks, checkout: checkout), ircPorts);
    }

    public override async Task<IReadOnlyList<PlannedClient>> PrepareAsync(Scenario scenario)
    {
        foreach (var address in _mas.System.Addresses)
        {
            using var http = new MasHttp(address);
            await Eventually.HoldsAsync(async () => (await http.GetAsync("/readyz")).Json["irc"]!.ToObject<bool>(), $"the IRC backend is seen\n{_mas.System.Logs}");
        }
        await using var setup = await MasSetup.CreateAsync(_mas.System, scenario.Clients);
        return [.. setup.Users.Select((user, i) => setup.Plan(user, i, windowId: 0, isSender: true) with { Group = user.Nick })];
    }

    public override Task<RedisWork> RedisWorkAsync() => _mas.RedisWorkAsync();

    public override ValueTask DisposeAsync() => _mas.DisposeAsync();
}
