using System.ComponentModel.DataAnnotations;
using Mas.Core.Queues;

namespace Mas.Loopback;

/// <summary>Settings section <c>Loopback</c>.</summary>
internal sealed class LoopbackOptions
{
    /// <summary>
    /// Into how many inboxes, by conversation, <c>inbox:loopbackparser</c> is to be split, so that as many workers can share the
    /// conversations; 0 leaves the number as it is.
    /// </summary>
    [Range(0, InboxPartition.Most)]
    public int Inboxes { get; set; }
}
