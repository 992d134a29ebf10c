using System.Globalization;
using StackExchange.Redis;

namespace Mas.Core.Model;

/// <summary>Reads what Redis holds without trusting it: operators and other programs write there too.</summary>
internal static class RedisValues
{
    internal static bool TryParseLong(this RedisValue value, out long number)
    {
        number = 0;
        return !value.IsNull && long.TryParse((string?)value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
    }

    internal static long LongOr(this RedisValue value, long otherwise) => value.TryParseLong(out var number) ? number : otherwise;

    internal static bool BoolOr(this RedisValue value, bool otherwise) => (string?)value switch
    {
        "true" or "1" => true,
        "false" or "0" => false,
        _ => otherwise,
    };

    internal static RedisValue FromBool(bool value) => value ? "true" : "false";
}
