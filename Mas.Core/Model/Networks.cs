namespace Mas.Core.Model;

/// <summary>Names of networks.</summary>
public static class Networks
{
    /// <summary>The network of MAS's own conversations.</summary>
    public const string Mas = "MAS";

    /// <summary>Folds a MAS group's name for its index entry; IRC networks have casemappings of their own.</summary>
    public static string Fold(string groupName) => groupName.ToLowerInvariant();
}
