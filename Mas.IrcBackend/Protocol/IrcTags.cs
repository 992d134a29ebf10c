using System.Text;

namespace Mas.IrcBackend.Protocol;

/// <summary>The tag section of a line, and its escapes (IRCv3 message-tags).</summary>
internal static class IrcTags
{
    /// <summary>The most bytes that the tags of a received line may take, the @ and the space included.</summary>
    internal const int MaxReceivedBytes = 8191;

    /// <summary>The most bytes that the tags of a line of ours may take, the @ and the space not counted.</summary>
    internal const int MaxSentBytes = 4094;

    /// <summary>Reads a tag section without its leading @; of a key that comes twice the last value counts.</summary>
    internal static IReadOnlyDictionary<string, string> Parse(ReadOnlySpan<char> section)
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var range in section.Split(';'))
        {
            var tag = section[range];
            var equals = tag.IndexOf('=');
            var key = equals < 0 ? tag : tag[..equals];
            if (!key.IsEmpty)
                tags[key.ToString()] = equals < 0 ? "" : Unescape(tag[(equals + 1)..]);
        }
        return tags;
    }

    /// <summary>Writes a tag section without the @, keys in the order given.</summary>
    internal static string Format(IEnumerable<KeyValuePair<string, string>> tags) =>
        string.Join(';', tags.Select(tag => tag.Value.Length == 0 ? tag.Key : $"{tag.Key}={Escape(tag.Value)}"));

    /// <summary>Undoes the escapes of a value; an unknown escape is its character, a lone \ at the end is dropped.</summary>
    internal static string Unescape(ReadOnlySpan<char> value)
    {
        if (!value.Contains('\\'))
            return value.ToString();
        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] != '\\')
                text.Append(value[i]);
            else if (++i < value.Length)
                text.Append(value[i] switch { ':' => ';', 's' => ' ', 'r' => '\r', 'n' => '\n', var other => other });
        }
        return text.ToString();
    }

    /// <summary>Escapes a value so that it can stand in a line; NUL, which no line may hold, is left out.</summary>
    internal static string Escape(string value)
    {
        var text = new StringBuilder(value.Length);
        foreach (var character in value)
        {
            _ = character switch
            {
                ';' => text.Append(@"\:"),
                ' ' => text.Append(@"\s"),
                '\\' => text.Append(@"\\"),
                '\r' => text.Append(@"\r"),
                '\n' => text.Append(@"\n"),
                '\0' => text,
                _ => text.Append(character),
            };
        }
        return text.ToString();
    }
}
