using System.Text.Json;
using System.Text.Json.Serialization;
using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Queues;

/// <summary>
/// How many inboxes an endpoint has: <c>inboxlayout:&lt;endpoint&gt;</c>; without the key one, at version 0. While it changes,
/// the old one is in force until the new one is published (<see cref="Repartitioning"/>).
/// </summary>
/// <param name="Version">Grows with each change. An inbox takes entries only from senders that know its version.</param>
/// <param name="Parts">How many inboxes there are.</param>
/// <param name="Next">How many there are to be, while that changes.</param>
/// <param name="Changer">The lease epoch of the worker that carries the change out.</param>
/// <param name="IsMoved">Whether everything has been copied to where it belongs next, so that it may leave where it was.</param>
public sealed record InboxLayout(long Version, int Parts, int? Next = null, long Changer = 0, bool IsMoved = false)
{
    /// <summary>An endpoint that was never split.</summary>
    public static readonly InboxLayout Initial = new(0, 1);

    /// <summary>Reads the layout that is in force.</summary>
    public static async Task<InboxLayout> ReadAsync(RedisConnection redis, string endpoint) =>
        From(await redis.Database.StringGetAsync(RedisKeys.InboxLayout(endpoint)));

    /// <summary>The endpoint names of all inboxes, those of a change under way included.</summary>
    public static async Task<IReadOnlyList<string>> NamesAsync(RedisConnection redis, string endpoint)
    {
        var layout = await ReadAsync(redis, endpoint);
        return [.. Enumerable.Range(0, layout.All).Select(index => InboxPartition.NameOf(endpoint, index))];
    }

    /// <summary>Asks for another number of inboxes; a worker carries it out.</summary>
    /// <returns>False when the layout is not <paramref name="now"/> any more.</returns>
    internal static async Task<bool> TryAskAsync(RedisConnection redis, string endpoint, InboxLayout now, int next) =>
        (long)await LuaScripts.LayoutAsk.RunAsync(redis.Database, [RedisKeys.InboxLayout(endpoint)], [now.Version, (now with { Next = next }).ToJson()]) == 1;

    /// <summary>How many inboxes are in use, before or after a change under way.</summary>
    internal int All => Math.Max(Parts, Next ?? 0);

    internal string ToJson() => JsonSerializer.Serialize(this, LayoutJson.Default.InboxLayout);

    private static InboxLayout From(RedisValue json) =>
        json.IsNull ? Initial : JsonSerializer.Deserialize((byte[])json!, LayoutJson.Default.InboxLayout)!;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(InboxLayout))]
internal sealed partial class LayoutJson : JsonSerializerContext;
