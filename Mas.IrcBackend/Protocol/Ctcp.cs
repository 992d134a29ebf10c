namespace Mas.IrcBackend.Protocol;

/// <summary>A CTCP message, carried in a PRIVMSG (a query) or a NOTICE (an answer).</summary>
/// <param name="Command">In upper case: ACTION, VERSION, PING …</param>
/// <param name="Text">What follows the command, "" when nothing does.</param>
internal sealed record Ctcp(string Command, string Text)
{
    private const char Delimiter = '\u0001';

    /// <summary>Whether this is <c>/me</c>.</summary>
    internal bool IsAction => Command == "ACTION";

    /// <summary>Reads a text; null when it is no CTCP. The closing byte is optional: splitting loses it.</summary>
    internal static Ctcp? Parse(string text)
    {
        if (text.Length < 2 || text[0] != Delimiter)
            return null;
        var inner = text[^1] == Delimiter ? text.AsSpan(1, text.Length - 2) : text.AsSpan(1);
        var space = inner.IndexOf(' ');
        var command = space < 0 ? inner : inner[..space];
        return command.IsEmpty
            ? null
            : new Ctcp(command.ToString().ToUpperInvariant(), space < 0 ? "" : inner[(space + 1)..].ToString());
    }

    /// <summary>The text of a message that carries this.</summary>
    public override string ToString() => Text.Length == 0 ? $"{Delimiter}{Command}{Delimiter}" : $"{Delimiter}{Command} {Text}{Delimiter}";
}
