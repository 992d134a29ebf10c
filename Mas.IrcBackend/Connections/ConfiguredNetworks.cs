using System.Diagnostics.CodeAnalysis;

namespace Mas.IrcBackend.Connections;

/// <summary>The networks of the settings, each with what its connections share.</summary>
internal sealed class ConfiguredNetworks(IrcSettings settings, StsPolicies sts, TimeProvider time)
{
    private readonly Dictionary<string, NetworkContext> _contexts = settings.Networks.Values.ToDictionary(
        network => network.Name,
        network => new NetworkContext(network, new ConnectRate(network.ConnectsPerMinute, time), sts, time),
        StringComparer.Ordinal);

    internal IReadOnlyCollection<string> Names => _contexts.Keys;

    internal bool TryGet(string name, [NotNullWhen(true)] out NetworkContext? context) => _contexts.TryGetValue(name, out context);
}
