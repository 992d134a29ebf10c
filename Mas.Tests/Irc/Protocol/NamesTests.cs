using Mas.IrcBackend.Protocol;

namespace Mas.Tests.Irc.Protocol;

public class NamesTests
{
    [Theory]
    [InlineData("ascii", "NICK[]\\~", "nick[]\\~")]
    [InlineData("rfc1459", "NICK[]\\~", "nick{}|^")]
    [InlineData("rfc1459-strict", "NICK[]\\~", "nick{}|~")]
    [InlineData("rfc8265", "NICK[]", "nick[]")]
    [InlineData("rfc1459", "ÄÖ@Z", "ÄÖ@z")]
    public void CaseMapping_Fold_TouchesItsOwnLettersOnly(string mapping, string text, string folded)
    {
        var named = CaseMapping.Named(mapping);
        Assert.Equal(folded, named.Fold(text));
        Assert.True(named.Equals(text, folded));
        Assert.Equal(named.GetHashCode(text), named.GetHashCode(folded));
        Assert.False(named.Equals(text, folded + "x"));
    }

    [Fact]
    public void CaseMapping_EveryAsciiCharacter_FoldsAsTheSpecificationSays()
    {
        for (var character = (char)0; character < 128; character++)
        {
            var ascii = char.IsAsciiLetterUpper(character) ? char.ToLowerInvariant(character) : character;
            Assert.Equal(ascii, CaseMapping.Ascii.Fold(character));
            var strict = character switch { '[' => '{', ']' => '}', '\\' => '|', _ => ascii };
            Assert.Equal(strict, CaseMapping.Rfc1459Strict.Fold(character));
            Assert.Equal(character == '~' ? '^' : strict, CaseMapping.Rfc1459.Fold(character));
        }
    }

    [Theory]
    [InlineData("*@127.0.0.1", "coolguy!ab@127.0.0.1", true)]
    [InlineData("*@127.0.0.1", "coolguy!ab@127.0.0.5", false)]
    [InlineData("cool*@*", "cool132!ab@example.com", true)]
    [InlineData("cool*@*", "koolguy!ab@127.0.0.5", false)]
    [InlineData("cool!*@*", "coolguy!ab@127.0.0.1", false)]
    [InlineData("cool!?username@*", "cool!~username@127.0.0.1", true)]
    [InlineData("cool!?username@*", "cool!username@127.0.0.1", false)]
    [InlineData("cool!a?*@*", "cool!a@127.0.0.1", false)]
    [InlineData("cool[guy]!*@*", "cool{GUY}!guy@127.0.0.1", true)]
    [InlineData("cool[guy]!*@*", "coolg!ab@127.0.0.1", false)]
    [InlineData("*", "", true)]
    [InlineData("**a**", "a", true)]
    [InlineData("?", "", false)]
    public void HostMask_Matches_AsTheVectorsSay(string mask, string who, bool matches) =>
        Assert.Equal(matches, HostMask.Matches(mask, who, CaseMapping.Rfc1459));

    [Fact]
    public void HostMask_MaskOfManyStars_TakesNoLongTime()
    {
        // A naive matcher needs longer than the universe has existed for this.
        var mask = string.Concat(Enumerable.Repeat("*a", 40)) + "b";
        Assert.False(HostMask.Matches(mask, new string('a', 400), CaseMapping.Ascii));
    }

    [Theory]
    [InlineData("bob", "bob!*@*")]
    [InlineData("*.example", "*!*@*.example")]
    [InlineData("u@h", "*!u@h")]
    [InlineData("n!u", "n!u@*")]
    [InlineData("n!u@h", "n!u@h")]
    public void HostMask_Complete_FillsIn(string typed, string mask) => Assert.Equal(mask, HostMask.Complete(typed));
}
