using System.Text.Json;

namespace Mas.Server.Sockets;

/// <summary>Reads the fields of an ADD_MESSAGE that tell whether a snapshot held it. Used only while a session starts.</summary>
internal static class AddMessageReader
{
    private static ReadOnlySpan<byte> Head => """{"type":"ADD_MESSAGE","windowId":"""u8;

    /// <param name="entry">An entry of an outbox.</param>
    /// <param name="windowId">Its window.</param>
    /// <param name="order">Its rev, or else its gid.</param>
    /// <returns>False for any other notification.</returns>
    internal static bool TryRead(ReadOnlySpan<byte> entry, out int windowId, out long order)
    {
        windowId = 0;
        order = 0;
        if (!entry.StartsWith(Head))
            return false;
        var reader = new Utf8JsonReader(entry);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
                continue;
            var isWindow = reader.ValueTextEquals("windowId"u8);
            var isOrder = reader.ValueTextEquals("gid"u8) || reader.ValueTextEquals("rev"u8);
            reader.Read();
            if (isWindow)
                windowId = reader.GetInt32();
            else if (isOrder)
                order = Math.Max(order, reader.GetInt64());
        }
        return true;
    }
}
