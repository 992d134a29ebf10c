namespace Mas.Load;

/// <summary>How this program starts itself again: with the same host and assembly.</summary>
internal static class Self
{
    public static IReadOnlyList<string> Arguments { get; } =
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(Self).Assembly.Location] : [];
}
