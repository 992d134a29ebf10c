namespace Mas.Load;

/// <summary>Who talks to whom.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Groups">How many groups.</param>
/// <param name="GroupSize">Members of each; 2 is a one-on-one.</param>
/// <param name="SendersPerGroup">Members of each group who send.</param>
/// <param name="Rate">Messages a second in all; 0 for full speed.</param>
/// <param name="Window">At full speed: unacknowledged messages of a sender.</param>
/// <param name="IsIrc">An IRC server sends; each user has a connection and a channel of its own there.</param>
internal sealed record Scenario(string Name, int Groups, int GroupSize, int SendersPerGroup, double Rate, int Window, bool IsIrc = false)
{
    /// <summary>All scenarios, by name.</summary>
    public static readonly Scenario[] All =
    [
        new("group-100", 1, 100, 10, 0, 100),
        new("group-1000", 1, 1000, 10, 0, 50),
        new("groups-100x10", 100, 10, 1, 0, 50),
        new("pairs-1000", 1000, 2, 1, 0, 10),
        new("steady-1000", 100, 10, 1, 1000, 0),
        new("irc-in", 100, 1, 1, 0, 50, IsIrc: true),
        new("irc-steady", 100, 1, 1, 1000, 0, IsIrc: true),
    ];

    /// <exception cref="InvalidOperationException">There is no such scenario.</exception>
    public static Scenario Named(string name) => All.Single(scenario => scenario.Name == name);

    public bool IsPairs => GroupSize == 2;

    public int Clients => Groups * GroupSize;

    /// <summary>The connections of a target whose clients name their group themselves.</summary>
    /// <param name="urlOf">The WebSocket's address by the client's and the group's number.</param>
    /// <param name="hello">What each client sends first.</param>
    public IReadOnlyList<PlannedClient> Plan(Func<int, int, string> urlOf, string hello) =>
        [.. Enumerable.Range(0, Clients).Select(i => new PlannedClient(
            urlOf(i, i / GroupSize), hello, $"g{i / GroupSize}", i % GroupSize < SendersPerGroup, 0))];
}
