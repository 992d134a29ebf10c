namespace Mas.IrcBackend.Protocol.Sasl;

/// <summary>The state of a login.</summary>
internal enum SaslState
{
    /// <summary>In progress.</summary>
    Running,

    /// <summary>903, and the mechanism accepts it.</summary>
    Succeeded,

    /// <summary>Failed; see <see cref="SaslExchange.Reason"/>.</summary>
    Failed,
}

/// <summary>
/// A SASL login over AUTHENTICATE (IRCv3 sasl 3.2): base64 in chunks of 400 bytes, and the numerics that end it.
/// </summary>
/// <param name="mechanism">The mechanism.</param>
internal sealed class SaslExchange(ISaslMechanism mechanism)
{
    private const int ChunkBytes = 400;
    private const int MaxChallengeBytes = 64 * 1024;

    private readonly System.Text.StringBuilder _challenge = new();

    internal SaslState State { get; private set; }

    /// <summary>Why it failed, for the user; without secrets.</summary>
    internal string Reason { get; private set; } = "";

    /// <summary>Whether the server refused the credentials.</summary>
    internal bool IsRefusal { get; private set; }

    /// <summary>The lines that start it.</summary>
    internal IReadOnlyList<string> Begin() => [IrcLine.Of("AUTHENTICATE", mechanism.Name)];

    /// <summary>Takes a line of the server (AUTHENTICATE, 900–908; others do nothing) and gives the lines to send.</summary>
    internal IReadOnlyList<string> Accept(IrcMessage message)
    {
        if (State != SaslState.Running)
            return [];
        switch (message.Command)
        {
            case "AUTHENTICATE":
                return Challenged(message.Parameter(0));
            case "903" when mechanism.AcceptsSuccess:
                State = SaslState.Succeeded;
                return [];
            case "903":
                return Abort("the server reported success without proving that it knows the password");
            case "902" or "904" or "905" or "906" or "907" or "908":
                Fail(message.Last.Length > 0 ? message.Last : $"refused ({message.Command})", isRefusal: true);
                return [];
            default:
                return [];
        }
    }

    /// <summary>Gives up.</summary>
    internal IReadOnlyList<string> Abort(string reason)
    {
        Fail(reason, isRefusal: false);
        return [IrcLine.Of("AUTHENTICATE", "*")];
    }

    private void Fail(string reason, bool isRefusal)
    {
        State = SaslState.Failed;
        Reason = reason;
        IsRefusal = isRefusal;
    }

    private IReadOnlyList<string> Challenged(string chunk)
    {
        if (chunk != "+")
        {
            _challenge.Append(chunk);
            if (_challenge.Length > MaxChallengeBytes)
                return Abort("the server's challenge is too long");
            // A full chunk means that more follows, perhaps an empty one.
            if (chunk.Length == ChunkBytes)
                return [];
        }
        var challenge = new byte[_challenge.Length];
        if (!Convert.TryFromBase64String(_challenge.ToString(), challenge, out var length))
            return Abort("the server's challenge is malformed");
        _challenge.Clear();
        return mechanism.Respond(challenge.AsSpan(0, length)) is { } response
            ? Chunks(response)
            : Abort("the server's challenge is wrong or malformed");
    }

    private static List<string> Chunks(byte[] response)
    {
        var text = Convert.ToBase64String(response);
        var lines = new List<string>();
        for (var start = 0; start < text.Length; start += ChunkBytes)
            lines.Add(IrcLine.Of("AUTHENTICATE", text.Substring(start, Math.Min(ChunkBytes, text.Length - start))));
        // An exact multiple, and an empty response, end with an empty chunk.
        if (text.Length % ChunkBytes == 0)
            lines.Add(IrcLine.Of("AUTHENTICATE", "+"));
        return lines;
    }
}
