using System.Text.Json;
using Mas.Core.Json;

namespace Mas.IrcBackend.Check;

/// <summary>Prints what <c>check</c> sees: text for people, or a JSON object a line.</summary>
/// <param name="output">Where to; each line is flushed, since somebody may be reading along.</param>
/// <param name="asJson">Whether as JSON.</param>
internal sealed class CheckOutput(TextWriter output, bool asJson)
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = WireJson.WriterOptions.Encoder };

    /// <summary>A line that was sent to the server.</summary>
    internal ValueTask PrintSentAsync(string line) => PrintAsync("sent", ">>", line);

    /// <summary>A line that came from the server.</summary>
    internal ValueTask PrintReceivedAsync(string line) => PrintAsync("received", "<<", line);

    /// <summary>What a line means, or what happened to the connection.</summary>
    internal ValueTask PrintNoteAsync(string text) => PrintAsync("note", "--", text);

    /// <summary>The result, a name of <see cref="ExitCode"/>.</summary>
    internal ValueTask PrintResultAsync(ExitCode result) => PrintAsync("result", "==", $"{result}");

    private async ValueTask PrintAsync(string type, string mark, string text)
    {
        await output.WriteLineAsync(asJson
            ? JsonSerializer.Serialize(new { type, text }, Readable)
            : $"{mark} {text}");
        await output.FlushAsync();
    }
}
