namespace Mas.Load;

/// <summary>How this program starts itself as another process: with the same host and assembly.</summary>
internal static class ThisProgram
{
    public static IReadOnlyList<string> Arguments { get; } =
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(ThisProgram).Assembly.Location] : [];
}
