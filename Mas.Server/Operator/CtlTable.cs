using System.Globalization;
using System.Text;
using System.Text.Json;
using Mas.Core.Protocol;

namespace Mas.Server.Operator;

/// <summary>Prints rows: aligned for people, or as a JSON array of objects.</summary>
internal sealed class CtlTable(TextWriter output)
{
    private const int WidestCell = 120;
    private static readonly string[] Times = ["ts", "last", "lastlogout", "heartbeat", "since"];

    internal async Task PrintAsync(string[] columns, IReadOnlyList<string[]> rows, bool asJson)
    {
        if (asJson)
        {
            await output.WriteLineAsync(ToJson(columns, rows));
            return;
        }
        var cells = rows.Select(row => row.Select((cell, i) => Show(columns[i], cell)).ToArray()).ToList();
        var widths = columns.Select((column, i) => cells.Select(row => Width(row[i])).Append(Width(column)).Max()).ToArray();
        var isNumber = columns.Select((_, i) => rows.Count > 0 && cells.All(row => long.TryParse(row[i], out long _))).ToArray();
        await output.WriteLineAsync(Line(columns, widths, isNumber));
        await output.WriteLineAsync(string.Join("  ", widths.Select(width => new string('-', width))));
        foreach (var row in cells)
            await output.WriteLineAsync(Line(row, widths, isNumber));
        await output.WriteLineAsync(rows.Count == 1 ? "(1 row)" : $"({rows.Count} rows)");
    }

    private static string ToJson(string[] columns, IReadOnlyList<string[]> rows)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, WireJson.WriterOptions))
        {
            json.WriteStartArray();
            foreach (var row in rows)
            {
                json.WriteStartObject();
                for (var i = 0; i < columns.Length; i++)
                    json.WriteString(columns[i], row[i]);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static string Line(string[] cells, int[] widths, bool[] isNumber)
    {
        var line = new StringBuilder();
        for (var i = 0; i < cells.Length; i++)
        {
            var pad = new string(' ', widths[i] - Width(cells[i]));
            line.Append(i > 0 ? "  " : "").Append(isNumber[i] ? pad + cells[i] : cells[i] + pad);
        }
        return line.ToString().TrimEnd();
    }

    private static string Show(string column, string cell)
    {
        if (Times.Contains(column) && long.TryParse(cell.Split('.')[0], out var seconds))
        {
            return seconds switch
            {
                0 when column == "lastlogout" => "online",
                < 0 => "never",
                _ => DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            };
        }
        var shown = new StringBuilder();
        foreach (var rune in cell.EnumerateRunes())
        {
            // Nothing of what users wrote may steer the operator's terminal.
            shown.Append(Rune.IsControl(rune) ? "·" : rune.ToString());
            if (shown.Length >= WidestCell)
                return shown.Append('…').ToString();
        }
        return shown.ToString();
    }

    private static int Width(string cell) => new StringInfo(cell).LengthInTextElements;
}
