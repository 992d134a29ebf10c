using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mas.Core.Json;

/// <summary>Builds the UTF-8 JSON objects that travel to clients and into lists.</summary>
public static class WireJson
{
    /// <summary>Text stays readable: only what JSON itself demands is escaped. Nothing of it is ever put into HTML.</summary>
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    /// <summary>One JSON object with what <paramref name="fields"/> writes into it.</summary>
    public static byte[] Write<T>(T state, Action<Utf8JsonWriter, T> fields)
    {
        var (buffer, writer) = Rent();
        writer.WriteStartObject();
        fields(writer, state);
        writer.WriteEndObject();
        return Finish(buffer, writer);
    }

    /// <summary>A record as JSON.</summary>
    public static byte[] Write<T>(T value, JsonTypeInfo<T> type)
    {
        var (buffer, writer) = Rent();
        JsonSerializer.Serialize(writer, value, type);
        return Finish(buffer, writer);
    }

    /// <summary>One object with the fields of both, neither of which is empty.</summary>
    public static byte[] Concat(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var json = new byte[first.Length + second.Length - 1];
        first.CopyTo(json);
        json[first.Length - 1] = (byte)',';
        second[1..].CopyTo(json.AsSpan(first.Length));
        return json;
    }

    /// <summary>Puts a number into an object that has none, such as a windowId: <c>{"type":T,"windowId":N,</c>rest.</summary>
    /// <param name="head">Everything up to the number, such as <c>{"type":"ADD_MESSAGE","windowId":</c>.</param>
    /// <param name="number">What differs, as the windowId does from user to user.</param>
    /// <param name="rest">The fields that follow, with the closing brace, without a leading comma.</param>
    public static byte[] Splice(ReadOnlySpan<byte> head, long number, ReadOnlySpan<byte> rest)
    {
        Span<byte> digits = stackalloc byte[20];
        System.Buffers.Text.Utf8Formatter.TryFormat(number, digits, out var length);
        var json = new byte[head.Length + length + 1 + rest.Length];
        head.CopyTo(json);
        digits[..length].CopyTo(json.AsSpan(head.Length));
        json[head.Length + length] = (byte)',';
        rest.CopyTo(json.AsSpan(head.Length + length + 1));
        return json;
    }

    /// <summary>Takes the thread's writer while it is in use, so that a builder that builds another object on the way gets its own.</summary>
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer) Rent()
    {
        var buffer = _buffer ?? new ArrayBufferWriter<byte>(1024);
        var writer = _writer ?? new Utf8JsonWriter(buffer, WriterOptions);
        (_buffer, _writer) = (null, null);
        writer.Reset(buffer);
        return (buffer, writer);
    }

    private static byte[] Finish(ArrayBufferWriter<byte> buffer, Utf8JsonWriter writer)
    {
        writer.Flush();
        var json = buffer.WrittenSpan.ToArray();
        buffer.ResetWrittenCount();
        if (buffer.Capacity <= 256 * 1024)
            (_buffer, _writer) = (buffer, writer);
        return json;
    }
}
