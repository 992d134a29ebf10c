using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(Mas.Tests.Harness.LongestFirst))]

namespace Mas.Tests.Harness;

/// <summary>What takes longest, one test after another, begins first, so that the run does not end with it alone.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private const string OfClass = "Test collection for ";

    /// <summary>Collections that take a quarter of a minute or more on two processors, the longest first; those with a browser take minutes.</summary>
    private static readonly List<string> Long =
    [
        Web.WebTalkTests.Name,
        Web.WebTests.Name,
        OfClass + typeof(Irc.Bridge.BreakOffTests).FullName,
        OfClass + typeof(Failover.FailoverTests).FullName,
        OfClass + typeof(Irc.Bridge.RestartTests).FullName,
        OfClass + typeof(EndToEnd.WorkerFaultTests).FullName,
        EndToEnd.SharedSystem.Name,
        OfClass + typeof(Irc.Bridge.SplitIrcTests).FullName,
        OfClass + typeof(Irc.Bridge.SplitFreezeTests).FullName,
        OfClass + typeof(Operator.ExportImportTests).FullName,
        OfClass + typeof(Irc.Check.RealServerTests).FullName,
        OfClass + typeof(EndToEnd.SplitInboxTests).FullName,
        OfClass + typeof(EndToEnd.ServerFaultTests).FullName,
        OfClass + typeof(Irc.Bridge.DisconnectTests).FullName,
        OfClass + typeof(Operator.FsckTests).FullName,
        OfClass + typeof(Failover.ClusterWorkerTests).FullName,
        OfClass + typeof(EndToEnd.RedisFaultTests).FullName,
        OfClass + typeof(EndToEnd.RandomActionsTests).FullName,
        OfClass + typeof(Queues.InboxConsumerTests).FullName,
        OfClass + typeof(EndToEnd.ReconnectTests).FullName,
        OfClass + typeof(Chaos.ChaosTests).FullName,
        OfClass + typeof(Irc.Bridge.FreezeTests).FullName,
        OfClass + typeof(Irc.Bridge.CapabilityTests).FullName,
        OfClass + typeof(Irc.Check.CheckTests).FullName,
        OfClass + typeof(Irc.Bridge.ManagerBreakOffTests).FullName,
        OfClass + typeof(Irc.Check.TlsTests).FullName,
        OfClass + typeof(Irc.Bridge.ScriptedTests).FullName,
        OfClass + typeof(EndToEnd.CleanUpTests).FullName,
        OfClass + typeof(Queues.RepartitioningTests).FullName,
        OfClass + typeof(Irc.Bridge.SecretsTests).FullName,
    ];

    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => Long.IndexOf(collection.TestCollectionDisplayName) is >= 0 and var place ? place : Long.Count)];
}
