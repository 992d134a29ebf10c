using System.Diagnostics.CodeAnalysis;

namespace Mas.IrcBackend.Protocol;

/// <summary>
/// One line of IRC as its parts (RFC 1459 §2.3.1 with IRCv3 message tags). Reading is lenient, because servers are
/// not exact; writing is <see cref="IrcLine"/>'s job.
/// </summary>
internal sealed class IrcMessage
{
    private static readonly IReadOnlyDictionary<string, string> NoTags = new Dictionary<string, string>();

    /// <summary>Makes a message from its parts.</summary>
    /// <param name="command">Command or numeric; kept in upper case.</param>
    /// <param name="parameters">All parameters, the trailing one last and without its colon.</param>
    /// <param name="source">Who sent it, or null when the line named nobody.</param>
    /// <param name="tags">Unescaped tags; a tag without a value has the value "".</param>
    public IrcMessage(string command, IReadOnlyList<string> parameters, IrcSource? source = null, IReadOnlyDictionary<string, string>? tags = null)
    {
        Command = command.ToUpperInvariant();
        Parameters = parameters;
        Source = source;
        Tags = tags ?? NoTags;
    }

    /// <summary>The command in upper case, or three digits.</summary>
    internal string Command { get; }

    /// <summary>The parameters; whether the last one was written with a colon makes no difference.</summary>
    internal IReadOnlyList<string> Parameters { get; }

    /// <summary>Who sent it, or null.</summary>
    internal IrcSource? Source { get; }

    /// <summary>The message's tags, unescaped.</summary>
    internal IReadOnlyDictionary<string, string> Tags { get; }

    /// <summary>The parameter at <paramref name="index"/>, or "" when there are fewer.</summary>
    internal string Parameter(int index) => index >= 0 && index < Parameters.Count ? Parameters[index] : "";

    /// <summary>The last parameter, or "".</summary>
    internal string Last => Parameters.Count > 0 ? Parameters[^1] : "";

    /// <summary>The value of a tag, or null when the message doesn't carry it.</summary>
    internal string? Tag(string name) => Tags.TryGetValue(name, out var value) ? value : null;

    /// <summary>Reads one line.</summary>
    /// <param name="line">The line, with or without its CR and LF.</param>
    /// <param name="message">The message, when there is one.</param>
    /// <returns>False for a line without a command; no line throws.</returns>
    internal static bool TryParse(string line, [NotNullWhen(true)] out IrcMessage? message)
    {
        message = null;
        var rest = line.AsSpan().TrimEnd("\r\n").TrimStart(' ');

        IReadOnlyDictionary<string, string>? tags = null;
        if (rest is ['@', ..])
            tags = IrcTags.Parse(TakeWord(ref rest)[1..]);
        IrcSource? source = null;
        if (rest is [':', ..])
            source = IrcSource.Parse(TakeWord(ref rest)[1..].ToString());
        var command = TakeWord(ref rest);
        if (command.IsEmpty || command[0] is '@' or ':' || command.IndexOfAnyInRange('\0', '\u001F') >= 0)
            return false;
        message = new IrcMessage(command.ToString(), ParseParameters(rest), source, tags);
        return true;
    }

    private static List<string> ParseParameters(ReadOnlySpan<char> rest)
    {
        var parameters = new List<string>();
        while (!rest.IsEmpty)
        {
            if (rest[0] == ':')
            {
                parameters.Add(rest[1..].ToString());
                break;
            }
            parameters.Add(TakeWord(ref rest).ToString());
        }
        return parameters;
    }

    // Only the space separates; runs of it count as one (RFC 1459 says one, servers send more).
    private static ReadOnlySpan<char> TakeWord(ref ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOf(' ');
        var word = end < 0 ? rest : rest[..end];
        rest = end < 0 ? [] : rest[end..].TrimStart(' ');
        return word;
    }
}
