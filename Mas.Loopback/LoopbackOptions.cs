using System.ComponentModel.DataAnnotations;
using Mas.Core.Queues;

namespace Mas.Loopback;

/// <summary>Settings section <c>Loopback</c>.</summary>
internal sealed class LoopbackOptions
{
    /// <summary>Into how many partitions the conversations are split, so that as many workers can share them. 0 leaves the number as it is.</summary>
    [Range(0, InboxPartition.Most)]
    public int Inboxes { get; set; }
}
