using System.Text.Json;
using Mas.Core.Model;
using Mas.Core.Operator;

namespace Mas.Server.Admin;

/// <summary>Runs operator scripts for the page, one step per request, and writes those that change something to the audit log.</summary>
internal sealed class AdminEndpoints(AdminScriptRunner runner, AuditLog audit)
{
    private const int MaxArguments = 8;

    /// <summary>Scripts that need files or all data at once are for masctl only.</summary>
    private static readonly HashSet<string> NotHere = new(["export", "import"], StringComparer.Ordinal);

    internal static IResult List() => Results.Json(AdminScripts.All.Values.Where(script => !NotHere.Contains(script.Name)).Select(script => new
    {
        name = script.Name,
        usage = script.Usage,
        purpose = script.Purpose,
        asks = script.Asks,
        writes = script.Writes,
        sortBy = script.SortBy,
    }));

    internal async Task<IResult> RunAsync(HttpContext http)
    {
        if (await ReadAsync(http) is not var (script, arguments, cursor))
            return Results.Json(new { error = "The body must be {script, arguments, cursor?} with a script that /admin/api/scripts lists." }, statusCode: StatusCodes.Status400BadRequest);
        // Here fsck only reports: repairing while MAS runs takes two passes, which masctl makes.
        if (script.Name == "fsck")
            arguments = [];
        else if (script.RandomArgument == arguments.Count + 1)
            arguments.Add(Secrets.NewToken());
        // Only the first step is recorded. A script without steps runs whole, whatever cursor is given.
        var isRecorded = script.Writes && script.Name != "fsck" && (cursor == "0" || !script.IsStepped);
        try
        {
            var step = await runner.RunStepAsync(script, arguments, cursor);
            if (isRecorded)
                await RecordAsync(http, script, arguments, "OK");
            return Results.Json(new { columns = step.Columns, rows = step.Rows, next = step.Next });
        }
        catch (AdminScriptException e)
        {
            if (isRecorded)
                await RecordAsync(http, script, arguments, e.Message);
            return Results.Json(new { error = e.Message }, statusCode: StatusCodes.Status422UnprocessableEntity);
        }
    }

    private Task RecordAsync(HttpContext http, AdminScript script, List<string> arguments, string result) =>
        audit.AddAsync(AdminGuard.UserOf(http).Value, http.Connection.RemoteIpAddress?.ToString() ?? "", script.Name, arguments, result);

    private static async Task<(AdminScript Script, List<string> Arguments, string Cursor)?> ReadAsync(HttpContext http)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(http.Request.Body, new JsonDocumentOptions { MaxDepth = 4 }, http.RequestAborted);
            var root = document.RootElement;
            var name = root.GetProperty("script").GetString() ?? "";
            var arguments = root.GetProperty("arguments").EnumerateArray().Select(argument => argument.GetString() ?? "").ToList();
            var cursor = root.TryGetProperty("cursor", out var given) ? given.GetString() ?? "0" : "0";
            if (!AdminScripts.All.TryGetValue(name, out var script) || NotHere.Contains(name) || arguments.Count > MaxArguments)
                return null;
            // Scripts read missing arguments at the end as empty.
            while (arguments.Count > 0 && arguments[^1].Length == 0)
                arguments.RemoveAt(arguments.Count - 1);
            return (script, arguments, cursor);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or BadHttpRequestException)
        {
            return null;
        }
    }
}
