using Mas.Core.Operator;
using Mas.Server.Operator;

namespace Mas.Tests.Operator;

/// <summary>The parts of masctl that need no Redis.</summary>
public sealed class CommandLineTests
{
    [Fact]
    public void Parameters_OfAUsage_AreItsWordsWithoutOptions()
    {
        var parameters = AdminParameter.Read("rename WHO nick|email NEW [ID|all] [--sort COLUMN]", number => $"meaning {number}");

        Assert.Equal(["WHO", "nick|email", "NEW", "ID|all"], parameters.Select(parameter => parameter.Name));
        Assert.Equal([false, false, false, true], parameters.Select(parameter => parameter.IsOptional));
        Assert.Equal(["nick", "email"], parameters[1].Choices);
        Assert.Equal(["all"], parameters[3].Choices);
        Assert.Equal("meaning 2", parameters[2].Meaning);
    }

    [Fact]
    public void Parameters_OfEveryScript_AreExplained() => Assert.All(
        AdminScripts.All.Values.Where(script => script.Name is not ("export" or "import")),
        script => Assert.All(script.Parameters, parameter => Assert.NotEqual("", parameter.Meaning)));

    [Theory]
    [InlineData("0", 0.0)]
    [InlineData("1", 0.5)]
    [InlineData("2", 0.25)]
    [InlineData("3", 0.75)]
    [InlineData("7", 0.875)]
    public void PartOf_ACursorOfScan_IsItsReversedBits(string cursor, double part) => Assert.Equal(part, ScanProgress.PartOf(cursor));

    [Fact]
    public void PartOf_ACursorOfAClusterNode_IsUnknown() => Assert.Null(ScanProgress.PartOf("1.17"));

    [Fact]
    public void Split_SettingsAnywhereBeforeTheEndOfOptions_AreTakenOut()
    {
        var (arguments, settings) = CtlOptions.Split(["users", "--Redis:Endpoint=a:1", "--json", "--", "--b:c=d"]);

        Assert.Equal(["users", "--json", "--", "--b:c=d"], arguments);
        Assert.Equal(["--Redis:Endpoint=a:1"], settings);
    }
}
