using System.Text.Json;
using System.Text.Json.Serialization;
using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Queues;

/// <summary>
/// An endpoint's number of partitions: <c>inboxlayout:&lt;endpoint&gt;</c>. Without the key: one, version 0. During a change the old layout
/// is valid until the new one is published (<see cref="Repartitioning"/>).
/// </summary>
/// <param name="Version">Grows with each change. An inbox accepts pushes of its own version only.</param>
/// <param name="Parts">The number of partitions.</param>
/// <param name="Next">During a change, the new number.</param>
/// <param name="Changer">The lease epoch of the worker that makes the change.</param>
/// <param name="IsMoved">Whether all entries have been copied to their new inboxes.</param>
public sealed record InboxLayout(long Version, int Parts, int? Next = null, long Changer = 0, bool IsMoved = false)
{
    /// <summary>The layout of an endpoint that was never split.</summary>
    public static readonly InboxLayout Initial = new(0, 1);

    /// <summary>Reads the present layout.</summary>
    public static async Task<InboxLayout> ReadAsync(RedisConnection redis, string endpoint) =>
        From(await redis.Database.StringGetAsync(RedisKeys.InboxLayout(endpoint)));

    /// <summary>The endpoint names of all partitions; during a change, old and new ones.</summary>
    public static async Task<IReadOnlyList<string>> NamesAsync(RedisConnection redis, string endpoint)
    {
        var layout = await ReadAsync(redis, endpoint);
        return [.. Enumerable.Range(0, layout.All).Select(index => InboxPartition.NameOf(endpoint, index))];
    }

    /// <summary>Requests another number of partitions; a worker carries it out.</summary>
    /// <returns>False when the layout is no longer <paramref name="now"/>.</returns>
    internal static async Task<bool> TryAskAsync(RedisConnection redis, string endpoint, InboxLayout now, int next) =>
        (long)await LuaScripts.LayoutAsk.RunAsync(redis.Database, [RedisKeys.InboxLayout(endpoint)], [now.Version, (now with { Next = next }).ToJson()]) == 1;

    /// <summary>The number of partitions; during a change, the larger of old and new.</summary>
    internal int All => Math.Max(Parts, Next ?? 0);

    internal string ToJson() => JsonSerializer.Serialize(this, LayoutJson.Default.InboxLayout);

    private static InboxLayout From(RedisValue json) =>
        json.IsNull ? Initial : JsonSerializer.Deserialize((byte[])json!, LayoutJson.Default.InboxLayout)!;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(InboxLayout))]
internal sealed partial class LayoutJson : JsonSerializerContext;
