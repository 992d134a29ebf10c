namespace Mas.Load;

/// <summary>Who talks to whom.</summary>
/// <param name="Name">What the command line calls it.</param>
/// <param name="Groups">How many groups.</param>
/// <param name="GroupSize">Members of each; 2 is a one-on-one.</param>
/// <param name="SendersPerGroup">Members of each group who send.</param>
/// <param name="Rate">Messages a second in all; 0 for full speed.</param>
/// <param name="Window">At full speed: unacknowledged messages of a sender.</param>
/// <param name="IsIrc">Lines come from an IRC server, over a connection of each user and in a channel of each.</param>
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

    public bool IsPairs => GroupSize == 2;

    public int Clients => Groups * GroupSize;
}
