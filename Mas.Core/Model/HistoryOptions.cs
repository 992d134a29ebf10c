using System.ComponentModel.DataAnnotations;

namespace Mas.Core.Model;

/// <summary>Settings section <c>History</c>.</summary>
public sealed class HistoryOptions
{
    /// <summary>How many messages each conversation keeps. It decides most of the memory that Redis needs.</summary>
    [Range(1, 100_000)]
    public int MaxMessages { get; set; } = 1000;

    /// <summary>How many messages a window begins with when the client asks for no other number.</summary>
    [Range(0, 1000)]
    public int Backlog { get; set; } = 100;
}
