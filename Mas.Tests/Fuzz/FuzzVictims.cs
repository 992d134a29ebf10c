using System.Text;
using Mas.Tests.Client;
using Mas.Tests.EndToEnd;
using Mas.Tests.Harness;

namespace Mas.Tests.Fuzz;

/// <summary>
/// Two users with things that nobody else may see, each marked with a text that occurs nowhere else, and what an attacker
/// knows about them: their ids, nicks, windows and gids, and the name of a group of theirs.
/// </summary>
internal sealed class FuzzVictims
{
    private readonly List<byte[]> _secrets = [];

    private FuzzVictims(MasClient ann, MasClient ben) => (Ann, Ben) = (ann, ben);

    /// <summary>The owner of everything.</summary>
    public MasClient Ann { get; }

    /// <summary>The other member.</summary>
    public MasClient Ben { get; }

    /// <summary>A group with a password.</summary>
    public string Group { get; } = Steps.NewName("vault");

    /// <summary>The gids of what was said in secret.</summary>
    public List<long> Gids { get; } = [];

    /// <summary>Makes them and what they hide.</summary>
    public static async Task<FuzzVictims> PlantAsync(MasSystem mas)
    {
        var victims = new FuzzVictims(await mas.NewClientAsync("ann"), await mas.NewClientAsync("ben"));
        await victims.PlantAsync();
        return victims;
    }

    /// <summary>The first secret that a frame holds, or null.</summary>
    public string? FindIn(ReadOnlySpan<byte> frame)
    {
        foreach (var secret in _secrets)
        {
            if (frame.IndexOf(secret) >= 0)
                return Encoding.UTF8.GetString(secret);
        }
        return null;
    }

    private async Task PlantAsync()
    {
        var password = Secret();
        var window = await Ann.CreateAsync(Group, password);
        var bensWindow = await Ben.JoinAsync(Group, password);
        await Ann.OkAsync("UPDATE_TOPIC", new { windowId = window, topic = Secret() });
        Gids.Add(await Ann.SayAsync(window, Secret()));
        Gids.Add(await Ben.SayAsync(bensWindow, Secret()));
        var edited = await Ann.SayAsync(window, Secret());
        await Ann.OkAsync("EDIT", new { windowId = window, gid = edited, text = Secret() });
        Gids.Add(edited);
        Gids.Add(await Ann.SayAsync(await Ann.ChatAsync(Ben), Secret()));
        // A group whose name is a secret itself.
        await Ann.CreateAsync(Secret());
        await Ann.OkAsync("SET", new { settings = new Dictionary<string, string> { ["draft"] = Secret() } });
        foreach (var login in new[] { Ann.Login, Ben.Login })
        {
            Hide(login.Email);
            Hide(login.Secret);
            Hide(login.Password);
        }
    }

    private string Secret()
    {
        var secret = $"hidden{Guid.NewGuid():N}"[..30];
        Hide(secret);
        return secret;
    }

    private void Hide(string secret) => _secrets.Add(Encoding.UTF8.GetBytes(secret));
}
