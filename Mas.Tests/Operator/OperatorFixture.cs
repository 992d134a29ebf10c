using Mas.Tests.Client;
using Mas.Tests.Harness;
using StackExchange.Redis;

namespace Mas.Tests.Operator;

/// <summary>A live system for the operators' scripts, shared by the tests of a class; each makes users of its own.</summary>
public sealed class OperatorFixture : IAsyncLifetime
{
    private MasSystem? _mas;

    public MasSystem Mas => _mas ?? throw new InvalidOperationException("The fixture has not started");

    public IDatabase Db => Mas.Redis.Database;

    public async ValueTask InitializeAsync() => _mas = await MasSystem.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_mas is null)
            return;
        try
        {
            // Whatever the scripts did, what they leave is what the schema says.
            await Fsck.AssertCleanAsync(_mas.Redis);
        }
        finally
        {
            await _mas.DisposeAsync();
        }
    }

    /// <summary>Runs a script as an operator does.</summary>
    public Task<List<string[]>> RunAsync(string script, params string[] arguments) => RedisCli.EvalAsync(Mas.Redis, script, arguments);

    /// <summary>A new group that the first client owns and the others have joined, with a name of its own.</summary>
    /// <returns>Its name and its conversation's id.</returns>
    public async Task<(string Name, string Id)> NewGroupAsync(MasClient owner, params MasClient[] members)
    {
        var name = $"g{Guid.NewGuid():N}"[..12];
        await owner.OkAsync("CREATE", new { name });
        await owner.WaitAsync(view => view.Group(name) is not null, "the owner's window");
        foreach (var member in members)
        {
            await member.OkAsync("JOIN", new { network = "MAS", name });
            await member.WaitAsync(view => view.Group(name) is not null, "a member's window");
        }
        return (name, (await Db.HashGetAsync("index:conversation", $"group:MAS:{name}"))!);
    }
}
