namespace Mas.Server.Operator;

/// <summary>What masctl exits with; scripts rely on the numbers.</summary>
internal static class CtlExitCode
{
    internal const int Done = 0;

    /// <summary>MAS refused it, it was interrupted, Redis did not answer, or fsck has findings.</summary>
    internal const int Refused = 1;

    internal const int WrongUse = 2;
}
