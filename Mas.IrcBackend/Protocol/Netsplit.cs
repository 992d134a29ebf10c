namespace Mas.IrcBackend.Protocol;

/// <summary>A split of the network: two servers lose each other, and who was behind the other one quits.</summary>
internal static class Netsplit
{
    private const int MaxNamed = 10;

    /// <summary>Whether a QUIT's reason is <c>hub.a leaf.b</c>: two different server names and nothing else.</summary>
    internal static bool IsSplit(string reason)
    {
        var space = reason.IndexOf(' ', StringComparison.Ordinal);
        return space > 0
            && IsServerName(reason.AsSpan(0, space))
            && IsServerName(reason.AsSpan(space + 1))
            && !reason.AsSpan(0, space).Equals(reason.AsSpan(space + 1), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The sentence that tells of it.</summary>
    /// <param name="servers">The two servers, as the QUITs name them.</param>
    /// <param name="nicks">Who is gone, in the order of their QUITs.</param>
    internal static string Describe(string servers, IReadOnlyCollection<string> nicks)
    {
        var named = string.Join(", ", nicks.Take(MaxNamed));
        var others = nicks.Count - MaxNamed;
        return $"Netsplit ({servers}): {nicks.Count} gone: {named}{(others > 0 ? $" and {others} more" : "")}";
    }

    private static bool IsServerName(ReadOnlySpan<char> name)
    {
        var dot = name.IndexOf('.');
        if (dot <= 0 || name[^1] == '.')
            return false;
        foreach (var character in name)
        {
            // "*.net *.split" is what networks say that hide their servers.
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('.' or '-' or '*' or '_'))
                return false;
        }
        return true;
    }
}
