using FsCheck;
using FsCheck.Fluent;

namespace Mas.Tests.Properties;

/// <summary>
/// Checks what holds for all values with many made-up ones: the same at each run. A failure names the smallest values found that break it,
/// and the seed.
/// </summary>
internal static class Property
{
    private const ulong Seed = 20261121;

    public static void Holds<T>(Gen<T[]> values, Action<T[]> check, int times = 1_000) =>
        Prop.ForAll(Arb.From(values, WithoutOne), check).Check(Times(times));

    public static void Holds<T>(Gen<T> values, Action<T> check, int times = 1_000) =>
        Prop.ForAll(Arb.From(values), check).Check(Times(times));

    /// <summary>Texts that are put together from these pieces.</summary>
    public static Gen<string> TextOf(params string[] pieces) => Gen.Elements(pieces).ArrayOf().Select(string.Concat);

    private static Config Times(int times) =>
        Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(times).WithReplay(Seed, Seed | 1);

    private static IEnumerable<T[]> WithoutOne<T>(T[] values) =>
        Enumerable.Range(0, values.Length).Select(gone => values.Where((_, index) => index != gone).ToArray());
}
