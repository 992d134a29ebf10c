using Mas.Tests.Chaos;
using Xunit.MicrosoftTestingPlatform;

namespace Mas.Tests;

/// <summary>The tests, or with <c>chaos</c> as its first argument the program of <c>scripts/chaos</c>.</summary>
internal static class Program
{
    private static Task<int> Main(string[] arguments) => arguments switch
    {
        ["chaos", .. var rest] => ChaosProgram.RunAsync(rest),
        _ => TestPlatformTestFramework.RunAsync(arguments, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
    };
}
