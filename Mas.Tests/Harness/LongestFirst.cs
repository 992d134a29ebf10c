using Xunit.Abstractions;

[assembly: TestCollectionOrderer("Mas.Tests.Harness.LongestFirst", "Mas.Tests")]

namespace Mas.Tests.Harness;

/// <summary>
/// The tests that share a browser take longest, one after another: they begin first, so that the run does not end with them
/// alone.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    /// <inheritdoc/>
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) => testCollections
        .OrderByDescending(collection => collection.DisplayName is Web.WebTests.Name or Web.WebTalkTests.Name)
        .ThenByDescending(collection => collection.DisplayName == EndToEnd.SharedSystem.Name);
}
