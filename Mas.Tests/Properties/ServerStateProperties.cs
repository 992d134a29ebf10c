using FsCheck;
using FsCheck.Fluent;
using Mas.IrcBackend.Protocol;

namespace Mas.Tests.Properties;

public class ServerStateProperties
{
    private static readonly Gen<string> Name = Property.TextOf("a", "A", "z", "Z", "[", "{", "]", "}", "\\", "|", "~", "^", "ä", "Ä", "-", "1");

    [Theory]
    [InlineData("ascii")]
    [InlineData("rfc1459")]
    [InlineData("rfc1459-strict")]
    public void Fold_AnyNames_IsStableAndAgreesWithEquality(string mapping) => Property.Holds(
        from one in Name
        from other in Gen.OneOf(Name, Gen.Constant(one.ToUpperInvariant()), Gen.Constant(one.Replace('[', '{')))
        select (one, other),
        names =>
        {
            var named = CaseMapping.Named(mapping);
            Assert.Equal(named.Fold(names.one), named.Fold(named.Fold(names.one)));
            Assert.Equal(named.Fold(names.one) == named.Fold(names.other), named.Equals(names.one, names.other));
            if (named.Equals(names.one, names.other))
                Assert.Equal(named.GetHashCode(names.one), named.GetHashCode(names.other));
        });

    [Fact]
    public void ParseChannel_AnyChangesWritten_AreReadBack()
    {
        var support = new ISupport();
        support.Apply(["me", "PREFIX=(qaohv)~&@%+", "CHANMODES=beI,k,l,imnpst", "are supported by this server"]);
        var change =
            from add in Gen.Elements(true, false)
            from mode in Gen.Elements("qaohvbeIklimnpst".ToCharArray())
            from parameter in Gen.Elements("bob", "*!*@host", "+o", "-", "5")
            let kind = support.ChannelModes.KindOf(mode, support.Prefixes)
            let hasParameter = kind is not ChannelModeKind.Flag && (kind is not ChannelModeKind.WhenSet || add)
            select new ModeChange(add, mode, kind, hasParameter ? parameter : null);

        Property.Holds(change.ArrayOf(), changes =>
        {
            var modes = string.Concat(changes.Select(made => $"{(made.Add ? '+' : '-')}{made.Mode}"));
            Assert.Equal(changes, ModeChange.ParseChannel(support, [modes, .. changes.Select(made => made.Parameter).OfType<string>()]));
        });
    }

    [Fact]
    public void Apply_AnyTokensAndTheirTakingBack_LeavesTheDefaults() => Property.Holds(
        (from key in Gen.Elements("NICKLEN", "PREFIX", "CHANMODES", "CASEMAPPING", "MODES", "MONITOR", "TARGMAX", "CHANLIMIT", "STATUSMSG", "LINELEN")
         from value in Property.TextOf("(", ")", "ov", "@+", ",", ":", "1", "9", "-", "\\x2", "\\x20", "#", "ascii")
         select (key, value)).ArrayOf(),
        tokens =>
        {
            var (support, untouched) = (new ISupport(), new ISupport());
            support.Apply(["me", .. tokens.Select(token => $"{token.key}={token.value}")]);
            support.Apply(["me", .. tokens.Select(token => $"-{token.key}")]);
            Assert.Equal(
                (untouched.NickLength, untouched.Prefixes.Modes, untouched.Prefixes.Symbols, untouched.CaseMapping, untouched.ModesPerCommand, untouched.MonitorLimit, untouched.LineLength),
                (support.NickLength, support.Prefixes.Modes, support.Prefixes.Symbols, support.CaseMapping, support.ModesPerCommand, support.MonitorLimit, support.LineLength));
            Assert.All("ovbklimnst", mode => Assert.Equal(untouched.ChannelModes.KindOf(mode, untouched.Prefixes), support.ChannelModes.KindOf(mode, support.Prefixes)));
        });

    [Fact]
    public void Change_AnyStatusChanges_KeepTheHighestFirstAndEachOnce()
    {
        var prefixes = MemberPrefixes.Parse("(qaohv)~&@%+");
        Property.Holds(
            (from mode in Gen.Elements("qaohvX".ToCharArray()) from add in Gen.Elements(true, false) select (mode, add)).ArrayOf(),
            changes =>
            {
                var status = changes.Aggregate("", (held, change) => prefixes.Change(held, change.mode, change.add));
                var held = prefixes.Modes.Where(mode => changes.LastOrDefault(change => change.mode == mode).add);
                Assert.Equal(string.Concat(held), status);
                var symbols = string.Concat(status.Select(mode => prefixes.Symbols[prefixes.Modes.IndexOf(mode, StringComparison.Ordinal)]));
                Assert.Equal((status, "bob"), (prefixes.SplitName($"{symbols}bob").Status, prefixes.SplitName($"{symbols}bob").Member.ToString()));
            });
    }
}
