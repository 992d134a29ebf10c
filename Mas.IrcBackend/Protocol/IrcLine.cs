using System.Text;

namespace Mas.IrcBackend.Protocol;

/// <summary>
/// Writes lines, without CR LF. Whatever a parameter holds, the result is one line with the same number of parameters: CR, LF, NUL and
/// spaces in middle parameters are removed.
/// </summary>
internal static class IrcLine
{
    /// <summary>The length of a line without tags, CR LF included (RFC 1459 §2.3).</summary>
    internal const int MaxBytes = 512;

    /// <summary>A line whose parameters are all single words.</summary>
    internal static string Of(string command, params ReadOnlySpan<string> words)
    {
        var line = new StringBuilder(Word(command));
        foreach (var word in words)
            line.Append(' ').Append(Word(word));
        return line.ToString();
    }

    /// <summary>A line that ends in free text, always with a colon.</summary>
    /// <param name="text">The trailing parameter; its line breaks become spaces.</param>
    /// <param name="command">The command.</param>
    /// <param name="words">The parameters before the text.</param>
    internal static string WithText(string text, string command, params ReadOnlySpan<string> words) =>
        $"{Of(command, words)} :{Text(text)}";

    /// <summary>The line with tags in front of it.</summary>
    internal static string Tagged(string line, params ReadOnlySpan<KeyValuePair<string, string>> tags) =>
        tags.IsEmpty ? line : $"@{IrcTags.Format(tags.ToArray())} {line}";

    /// <summary>A line that a user typed: everything from the first line break on is dropped, so that it is never a second command.</summary>
    internal static string Raw(string typed)
    {
        var end = typed.AsSpan().IndexOfAny('\r', '\n');
        return (end < 0 ? typed : typed[..end]).Replace("\0", "", StringComparison.Ordinal).Trim(' ');
    }

    /// <summary>Formats a message; parsing the result gives the same message.</summary>
    internal static string Format(IrcMessage message)
    {
        var line = new StringBuilder();
        if (message.Tags.Count > 0)
            line.Append('@').Append(IrcTags.Format(message.Tags)).Append(' ');
        if (message.Source is { } source)
            line.Append(':').Append(source).Append(' ');
        line.Append(message.Command);
        for (var i = 0; i < message.Parameters.Count; i++)
        {
            var parameter = Text(message.Parameters[i]);
            var needsColon = parameter.Length == 0 || parameter[0] == ':' || parameter.Contains(' ', StringComparison.Ordinal);
            line.Append(' ').Append(i == message.Parameters.Count - 1
                ? (needsColon ? ":" : "") + parameter
                : Word(parameter));
        }
        return line.ToString();
    }

    /// <summary>The text as one line: line breaks become spaces, NUL is removed.</summary>
    internal static string Text(string text) =>
        text.AsSpan().IndexOfAny('\r', '\n', '\0') < 0
            ? text
            : text.Replace("\r\n", " ", StringComparison.Ordinal).Replace('\r', ' ').Replace('\n', ' ').Replace("\0", "", StringComparison.Ordinal);

    // An empty word would shift those behind it; IRC writes * for "nothing".
    private static string Word(string word)
    {
        if (word.AsSpan().IndexOfAny("\r\n\0 ") >= 0)
            word = string.Concat(word.Where(character => character is not ('\r' or '\n' or '\0' or ' ')));
        word = word.TrimStart(':');
        return word.Length == 0 ? "*" : word;
    }
}
