using System.Text;

namespace Mas.Tests.Telemetry;

/// <summary>A protobuf message, as far as it can be read without its schema: fields by number, those with a length as bytes.</summary>
internal sealed class ProtoMessage
{
    private readonly List<(int Field, ReadOnlyMemory<byte> Bytes)> _fields = [];

    /// <summary>The bytes of a field in hexadecimal; empty when it is missing.</summary>
    public string Hex(int field) => Convert.ToHexStringLower(First(field).Span);

    /// <summary>A field as text; empty when it is missing.</summary>
    public string Text(int field) => Encoding.UTF8.GetString(First(field).Span);

    /// <summary>A repeated field's messages.</summary>
    public IEnumerable<ProtoMessage> Messages(int field) => _fields.Where(found => found.Field == field).Select(found => Parse(found.Bytes));

    /// <summary>Reads a message.</summary>
    public static ProtoMessage Parse(ReadOnlyMemory<byte> bytes)
    {
        var message = new ProtoMessage();
        for (var at = 0; at < bytes.Length;)
        {
            var tag = Varint(bytes.Span, ref at);
            var length = (tag & 7) switch
            {
                0 => VarintLength(bytes.Span, at),
                1 => 8,
                2 => (int)Varint(bytes.Span, ref at),
                5 => 4,
                var type => throw new InvalidDataException($"Wire type {type} is none of protobuf's."),
            };
            if ((tag & 7) == 2)
                message._fields.Add(((int)(tag >> 3), bytes.Slice(at, length)));
            at += length;
        }
        return message;
    }

    private ReadOnlyMemory<byte> First(int field) => _fields.Find(found => found.Field == field).Bytes;

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }
    }

    private static int VarintLength(ReadOnlySpan<byte> bytes, int at)
    {
        var end = at;
        Varint(bytes, ref end);
        return end - at;
    }
}
