using Mas.Core.Redis;

namespace Mas.Tests.Architecture;

/// <summary>Layers point one way, so that a part can be understood, and changed, without what stands on it.</summary>
public sealed class LayerTests
{
    /// <summary>Each folder of the server with those that stand below it.</summary>
    public static TheoryData<string, string[]> ServerFolders => new()
    {
        { "Mas.Server", [] },
        { "Mas.Server.Accounts", ["Mas.Server"] },
        { "Mas.Server.Requests", ["Mas.Server", "Mas.Server.Accounts"] },
        { "Mas.Server.Sockets", ["Mas.Server", "Mas.Server.Accounts", "Mas.Server.Requests"] },
        { "Mas.Server.Health", ["Mas.Server", "Mas.Server.Requests", "Mas.Server.Sockets"] },
        { "Mas.Server.Admin", ["Mas.Server", "Mas.Server.Accounts", "Mas.Server.Health"] },
        { "Mas.Server.Operator", ["Mas.Server", "Mas.Server.Accounts"] },
        { "Mas.Server.WebClient", ["Mas.Server"] },
    };

    [Theory]
    [MemberData(nameof(ServerFolders))]
    public void Server_AFolder_UsesOnlyThoseBelowIt(string folder, string[] below)
    {
        using var server = AssemblyUses.Of(typeof(Mas.Server.ServerOptions));

        Assert.Contains(server.All, use => use.From == folder);
        Assert.DoesNotContain(
            server.All, use => use.From == folder && use.To.StartsWith("Mas.Server", StringComparison.Ordinal) && !below.Contains(use.To));
    }

    [Fact]
    public void Server_EveryFolder_IsInTheTable()
    {
        using var server = AssemblyUses.Of(typeof(Mas.Server.ServerOptions));

        var known = ServerFolders.Select(row => row.Data.Item1).ToHashSet();
        Assert.DoesNotContain(server.All, use => use.From.StartsWith("Mas.", StringComparison.Ordinal) && !known.Contains(use.From));
    }

    [Theory]
    [InlineData("Mas.Server", "Mas.Loopback", "Mas.IrcBackend")]
    [InlineData("Mas.Loopback", "Mas.Server", "Mas.IrcBackend")]
    [InlineData("Mas.IrcBackend", "Mas.Server", "Mas.Loopback")]
    public void Program_TheOthers_AreNotReferredTo(string program, string other, string another)
    {
        using var uses = AssemblyUses.Of(program switch
        {
            "Mas.Server" => typeof(Mas.Server.ServerOptions),
            "Mas.Loopback" => typeof(Mas.Loopback.LoopbackOptions),
            _ => typeof(Mas.IrcBackend.Protocol.IrcMessage),
        });

        Assert.Contains("Mas.Core", uses.References);
        Assert.DoesNotContain(other, uses.References);
        Assert.DoesNotContain(another, uses.References);
    }

    [Fact]
    public void IrcProtocol_IsPure()
    {
        using var backend = AssemblyUses.Of(typeof(Mas.IrcBackend.Protocol.IrcMessage));

        var protocol = backend.All.Where(use => use.From.StartsWith("Mas.IrcBackend.Protocol", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(protocol);
        Assert.DoesNotContain(protocol, use => IsIo(use.To) || IsImpure(use.To));

        static bool IsImpure(string name) =>
            name.StartsWith("Mas.", StringComparison.Ordinal) && !name.StartsWith("Mas.IrcBackend.Protocol", StringComparison.Ordinal);

        static bool IsIo(string name) => name is "StackExchange.Redis" or "System.Net.Sockets" or "System.Net.Security" or "System.Net.Http";
    }

    [Theory]
    [InlineData("Mas.Core")]
    [InlineData("Mas.Core.Json")]
    [InlineData("Mas.Core.Telemetry")]
    [InlineData("Mas.Core.Redis", "Mas.Core", "Mas.Core.Telemetry")]
    public void Core_AFolderAtTheBottom_UsesOnlyThoseBelowIt(string folder, params string[] below)
    {
        using var core = AssemblyUses.Of(typeof(RedisKeys));

        Assert.Contains(core.All, use => use.From == folder);
        Assert.DoesNotContain(core.All, use => use.From == folder && use.To.StartsWith("Mas.", StringComparison.Ordinal) && !below.Contains(use.To));
    }

    [Fact]
    public void Core_NothingUsesItsHostsOrTheWeb()
    {
        using var core = AssemblyUses.Of(typeof(RedisKeys));

        Assert.DoesNotContain(core.References, name => name is "Mas.Server" or "Mas.Loopback" or "Mas.IrcBackend");
        Assert.DoesNotContain(core.All, use => use.To.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) && use.From != "Mas.Core.Hosting");
    }
}
