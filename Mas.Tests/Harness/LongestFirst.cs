using Xunit.Abstractions;

[assembly: TestCollectionOrderer("Mas.Tests.Harness.LongestFirst", "Mas.Tests")]

namespace Mas.Tests.Harness;

/// <summary>What takes longest, one test after another, begins first, so that the run does not end with it alone.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private const string OfClass = "Test collection for ";

    /// <summary>Collections that take half a minute or more, the longest first; those with a browser take minutes.</summary>
    private static readonly List<string> Long =
    [
        Web.WebTests.Name,
        Web.WebTalkTests.Name,
        OfClass + typeof(Irc.Bridge.BreakOffTests).FullName,
        OfClass + typeof(Failover.FailoverTests).FullName,
        OfClass + typeof(Irc.Bridge.RestartTests).FullName,
        EndToEnd.SharedSystem.Name,
        OfClass + typeof(EndToEnd.WorkerFaultTests).FullName,
        OfClass + typeof(Operator.ExportImportTests).FullName,
        OfClass + typeof(EndToEnd.SplitInboxTests).FullName,
        OfClass + typeof(Irc.Bridge.ManagerBreakOffTests).FullName,
        OfClass + typeof(Irc.Bridge.ScriptedTests).FullName,
        OfClass + typeof(EndToEnd.ServerFaultTests).FullName,
        OfClass + typeof(Irc.Check.RealServerTests).FullName,
        OfClass + typeof(Irc.Check.CheckTests).FullName,
        OfClass + typeof(EndToEnd.RedisFaultTests).FullName,
        OfClass + typeof(Irc.Bridge.SecretsTests).FullName,
        OfClass + typeof(Chaos.ChaosTests).FullName,
        OfClass + typeof(Operator.FsckTests).FullName,
        OfClass + typeof(EndToEnd.ReconnectTests).FullName,
        OfClass + typeof(EndToEnd.RandomActionsTests).FullName,
        OfClass + typeof(Irc.Bridge.FreezeTests).FullName,
    ];

    /// <inheritdoc/>
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => Long.IndexOf(collection.DisplayName) is >= 0 and var place ? place : Long.Count);
}
