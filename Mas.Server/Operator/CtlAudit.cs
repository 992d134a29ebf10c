using Mas.Core.Operator;
using Mas.Core.Redis;

namespace Mas.Server.Operator;

/// <summary>Records in <c>auditlog</c> what was done by masctl.</summary>
internal sealed class CtlAudit(RedisConnection redis)
{
    private readonly AuditLog _log = new(redis);

    /// <summary>Runs a command, and records it with its exit code or with the error that refused it.</summary>
    internal async Task<int> RecordAsync(string command, IReadOnlyList<string> arguments, Func<Task<int>> run)
    {
        try
        {
            var code = await run();
            await AddAsync(command, arguments, code == 0 ? "OK" : $"exit code {code}");
            return code;
        }
        catch (AdminScriptException e)
        {
            await AddAsync(command, arguments, e.Message);
            throw;
        }
    }

    private Task AddAsync(string command, IReadOnlyList<string> arguments, string result) =>
        _log.AddAsync("masctl:" + Environment.UserName, Environment.MachineName, command, arguments, result);
}
