using Mas.Tests.Harness;

namespace Mas.Tests.EndToEnd;

/// <summary>
/// One running system for all tests that only need users of their own: its tests make new users and groups, and leave
/// everybody else's alone.
/// </summary>
public sealed class SharedSystem : IAsyncLifetime
{
    /// <summary>The collection's name.</summary>
    public const string Name = "shared system";

    private MasSystem? _system;

    /// <summary>The running system.</summary>
    public MasSystem Mas => _system ?? throw new InvalidOperationException("The fixture has not started");

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => _system = await MasSystem.StartAsync(new MasSystemOptions
    {
        Settings = new Dictionary<string, string> { ["Session:InitTimeoutSeconds"] = "3" },
    });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_system is null)
            return;
        try
        {
            // Whatever the tests did: what they leave is what the schema says.
            await Fsck.AssertCleanAsync(_system.Redis);
        }
        finally
        {
            await _system.DisposeAsync();
        }
    }
}

/// <summary>The collection whose tests share one system.</summary>
[CollectionDefinition(SharedSystem.Name)]
public sealed class SharedSystemTests : ICollectionFixture<SharedSystem>;
