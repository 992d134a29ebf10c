using System.Globalization;
using System.Text;
using System.Text.Json;
using Mas.Core.Json;
using Spectre.Console;

namespace Mas.Server.Operator;

/// <summary>Prints rows: as a table for people, or as a JSON array of objects.</summary>
internal static class CtlOutput
{
    private const int WidestCell = 120;
    private static readonly string[] Times = ["ts", "last", "lastlogout", "heartbeat", "since"];

    internal static void Print(IAnsiConsole output, string[] columns, IReadOnlyList<string[]> rows, bool asJson)
    {
        if (asJson)
        {
            output.Profile.Out.Writer.WriteLine(ToJson(columns, rows));
            return;
        }
        var table = new Table { Border = TableBorder.None };
        foreach (var (column, i) in columns.Select((column, i) => (column, i)))
        {
            var isNumber = rows.Count > 0 && rows.All(row => long.TryParse(Show(column, row[i]), CultureInfo.InvariantCulture, out long _));
            table.AddColumn(new TableColumn(new Text(column, new Style(decoration: Decoration.Bold)))
            {
                Alignment = isNumber ? Justify.Right : Justify.Left,
                Padding = new Padding(0, 0, i < columns.Length - 1 ? 2 : 0, 0),
            });
        }
        foreach (var row in rows)
            table.AddRow(row.Select((cell, i) => new Text(Show(columns[i], cell))));
        output.WriteTable(table);
        output.WriteLine(rows.Count == 1 ? "(1 row)" : $"({rows.Count} rows)");
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

    private static string Show(string column, string cell)
    {
        if (Times.Contains(column) && long.TryParse(cell.Split('.')[0], CultureInfo.InvariantCulture, out var seconds))
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
            // What users wrote must not control the operator's terminal.
            shown.Append(Rune.IsControl(rune) ? "·" : rune.ToString());
            if (shown.Length >= WidestCell)
                return shown.Append('…').ToString();
        }
        return shown.ToString();
    }
}
