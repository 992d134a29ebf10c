using Mas.Server.Accounts;

namespace Mas.Tests.Accounts;

/// <summary>What names, nicks, emails and passwords may be.</summary>
public sealed class AccountRulesTests
{
    [Theory]
    [InlineData("ann@example.org")]
    [InlineData("ann.b+tag@mail.example.org")]
    [InlineData("o'hara_1@example.co.uk")]
    [InlineData("jörg@example.org")]
    [InlineData("ann@bücher.example")]
    [InlineData("ann@xn--bcher-kva.example")]
    [InlineData("Ann@XN--BCHER-KVA.example")]
    [InlineData("ann@localhost")]
    public void Email_ThatMailCanBeSentTo_IsAllowed(string email) => Assert.Null(AccountRules.RefuseEmail(email));

    [Theory]
    [InlineData("")]
    [InlineData("ann")]
    [InlineData("@example.org")]
    [InlineData("ann@")]
    [InlineData("ann@example.org, bob@example.org")]
    [InlineData("ann@example.org;bob@example.org")]
    [InlineData("Ann <ann@example.org>")]
    [InlineData("<ann@example.org>")]
    [InlineData("<ann@xn--bcher-kva.example>")]
    [InlineData("<@relay.example:ann@example.org>")]
    [InlineData("ann@example.org\nBcc: bob@example.org")]
    [InlineData("ann b@example.org")]
    [InlineData("ann@@example.org")]
    [InlineData("ann..b@example.org")]
    [InlineData("ann@example..org")]
    [InlineData("ann(comment)@example.org")]
    [InlineData("undisclosed:ann@example.org;")]
    public void Email_ThatIsSomethingElse_IsRefused(string email) => Assert.Equal("Enter a valid email address.", AccountRules.RefuseEmail(email));
}
