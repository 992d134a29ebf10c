using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Unicode;

namespace Mas.Tests.Fuzz;

/// <summary>What is sent as one frame.</summary>
/// <param name="Bytes">The payload.</param>
/// <param name="Type">Text, as a rule.</param>
/// <param name="Pieces">In how many WebSocket fragments.</param>
/// <param name="ReqId">The reqId whose acknowledgement must come if the session goes on; null when it was changed as well.</param>
internal sealed record FuzzInput(byte[] Bytes, WebSocketMessageType Type, int Pieces, string? ReqId)
{
    /// <summary>Whether it breaks the rules of WebSockets themselves (RFC 6455 8.1): then the connection just ends.</summary>
    public bool FailsTheConnection => Type == WebSocketMessageType.Text && !Utf8.IsValid(Bytes);
}

/// <summary>Spoils valid requests: values, fields, JSON, bytes, frames.</summary>
internal sealed class FrameMutator(FrameGrammar grammar, Random random)
{
    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-0", "-1", "1", "1.5", "1e400", "1E2", "9223372036854775807", "9223372036854775808", "2147483648", "-9223372036854775809",
        "123456789012345678901234567890", "\"\"", "\" \"", "\"1\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\ud83d\\ude00\"", "\"\\u202e\\u200b\"",
        "[]", "[[]]", "{}", "{\"a\":{\"a\":{\"a\":{}}}}", "[1,\"2\",null,{}]", "{\"userId\":\"1\",\"type\":\"INIT\"}",
    ];

    /// <summary>One frame; most are wrong in one or two ways, some are valid.</summary>
    public FuzzInput Next(string reqId)
    {
        var frame = Spoilt(grammar.Next(reqId));
        var expected = frame.Fields.Count(field => field.Name == "reqId") == 1 && frame.Fields.Exists(field => field == ("reqId", $"\"{reqId}\""))
            && frame.Fields.Count(field => field.Name == "type") == 1 && frame.Fields.Exists(field => field.Name == "type" && IsType(field.Json)) ? reqId : null;
        var bytes = Encoding.UTF8.GetBytes(frame.ToString());
        var type = WebSocketMessageType.Text;
        // What ends a session is rarer, since the next one takes a while to begin.
        switch (random.Next(300))
        {
            case 0:
                return new FuzzInput(bytes, WebSocketMessageType.Binary, 1, null);
            case 1 or 2:
                return new FuzzInput(SpoilBytes(bytes), type, 1, null);
            case 3:
                return new FuzzInput(new byte[70_000], type, 3, null);
            case 4:
                return new FuzzInput([], type, 1, null);
            case 5:
                return new FuzzInput(Encoding.UTF8.GetBytes(new string('[', 5000)), type, 1, null);
            case < 20:
                return new FuzzInput(bytes, type, random.Next(2, 6), expected);
            default:
                return new FuzzInput(bytes, type, 1, expected);
        }
    }

    /// <summary>The first frame of a session.</summary>
    public FuzzInput NextInit() => new(Encoding.UTF8.GetBytes(Spoilt(grammar.Init()).ToString()), WebSocketMessageType.Text, 1, null);

    /// <summary>Changes none to three of the fields.</summary>
    public FuzzFrame Spoilt(FuzzFrame frame)
    {
        for (var mutations = random.Next(4); mutations > 0 && frame.Fields.Count > 0; mutations--)
            Spoil(frame.Fields);
        return frame;
    }

    private void Spoil(List<(string Name, string Json)> fields)
    {
        var at = random.Next(fields.Count);
        var (name, json) = fields[at];
        // Spoilt types and reqIds show little of the handlers.
        if (name is "type" or "reqId" && random.Next(10) > 0)
            return;
        switch (random.Next(10))
        {
            case 0 when name != "type" || random.Next(20) == 0:
                fields.RemoveAt(at);
                break;
            case 1:
                fields.Add((name, random.Next(2) == 0 ? json : Value()));
                break;
            case 2:
                fields[at] = (name.ToUpperInvariant(), json);
                break;
            case 3:
                fields[at] = (name, fields[random.Next(fields.Count)].Json);
                break;
            case 4:
                fields[at] = (name, $"\"{new string(random.Next(2) == 0 ? 'x' : '漢', random.Next(1, 20_000))}\"");
                break;
            case 5:
                fields[at] = (name, string.Concat(Enumerable.Repeat("[", random.Next(1, 12))) is var open ? open + new string(']', open.Length) : json);
                break;
            case 6:
                fields.Insert(random.Next(fields.Count), (grammar.Text() is { Length: > 0 } other && IsText(other) ? other : "extra", Value()));
                break;
            case 7:
                fields[at] = (name, $"\"{grammar.User()}\"");
                break;
            default:
                fields[at] = (name, Value());
                break;
        }
    }

    private string Value() => random.Next(4) == 0
        ? random.NextInt64(long.MinValue, long.MaxValue).ToString(CultureInfo.InvariantCulture)
        : Values[random.Next(Values.Length)];

    /// <summary>Cuts, changes or doubles a part, so that it may be no UTF-8 or no JSON any more.</summary>
    public byte[] SpoilBytes(byte[] bytes)
    {
        var at = random.Next(bytes.Length);
        return random.Next(4) switch
        {
            0 => bytes[..at],
            1 => [.. bytes[..at], (byte)random.Next(256), .. bytes[(at + 1)..]],
            2 => [.. bytes[..at], 0xed, 0xa0, 0x80, .. bytes[at..]],
            _ => [.. bytes[..at], .. bytes],
        };
    }

    private static bool IsType(string json) => json.StartsWith('"') && json.EndsWith('"') && json != "\"INIT\"" && !json.Contains('\\');

    private static bool IsText(string text) => text.EnumerateRunes().All(rune => rune != Rune.ReplacementChar);
}
