using System.Diagnostics;

namespace Mas.Core.Telemetry;

/// <summary>The traces of requests and IRC lines, each followed to the frames that it leads to.</summary>
/// <remarks>What is not traced has no activity: then each method is a comparison or two, and allocates nothing.</remarks>
public static class MasTracing
{
    /// <summary>The source <c>Mas</c>.</summary>
    public static readonly ActivitySource Source = new("Mas");

    /// <summary>The W3C <c>traceparent</c> of what is under way here; null when it is not traced.</summary>
    public static string? Traceparent => Current?.Id;

    /// <summary>Whether what is under way here is traced.</summary>
    public static bool IsTraced => Current is not null;

    /// <summary>Begins a step of what is under way here, which ends when it is disposed; null when it is not traced.</summary>
    public static Activity? StartStep(string name, ActivityKind kind = ActivityKind.Internal) =>
        IsTraced ? Source.StartActivity(name, kind) : null;

    /// <summary>Goes on with the trace of something that came from another process; null when it is not traced.</summary>
    /// <param name="name">What is done with it.</param>
    /// <param name="traceparent">The <see cref="Traceparent"/> that came with it.</param>
    /// <param name="startTime">When it came; default for now.</param>
    public static Activity? Continue(string name, string? traceparent, DateTimeOffset startTime = default) =>
        traceparent is not null && ActivityContext.TryParse(traceparent, traceState: null, isRemote: true, out var parent)
            ? Source.StartActivity(name, ActivityKind.Consumer, parent, startTime: startTime)
            : null;

    /// <summary>Only our own: the activity of the HTTP request that opened a socket may be under way, too, and is the client's.</summary>
    private static Activity? Current => Activity.Current is { } current && ReferenceEquals(current.Source, Source) ? current : null;
}
