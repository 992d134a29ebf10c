using System.Globalization;
using StackExchange.Redis;

namespace Mas.Core.Queues;

/// <summary>A claimed batch. Its list in Redis is removed when all entries are handled.</summary>
/// <param name="Entries">Oldest first.</param>
internal sealed record Claim(RedisKey List, IReadOnlyList<InboxEntry> Entries)
{
    /// <param name="stored">Its contents, newest first. The array is reversed.</param>
    /// <param name="redelivered">Whether the entries may have been handled before.</param>
    internal static Claim Of(RedisKey list, RedisValue[] stored, bool redelivered)
    {
        Array.Reverse(stored);
        return new Claim(list, Array.ConvertAll(stored, entry => InboxEntry.From(entry!, redelivered)));
    }
}

/// <summary>The range of one lease's claims that may be unfinished; a value of <c>{inbox:&lt;endpoint&gt;}:claims</c>.</summary>
internal readonly record struct ClaimRange(long First, long Last)
{
    internal IEnumerable<long> Numbers
    {
        get
        {
            for (var number = First; number <= Last; number++)
                yield return number;
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");

    /// <exception cref="FormatException">It is not a range.</exception>
    internal static ClaimRange Parse(string text) =>
        text.Split('-') is [var first, var last]
            ? new(long.Parse(first, NumberStyles.None, CultureInfo.InvariantCulture), long.Parse(last, NumberStyles.None, CultureInfo.InvariantCulture))
            : throw new FormatException($"'{text}' is not a range of claims.");
}
