namespace Mas.Tests.Client;

/// <summary>Checks the order of notifications at the start of a session (docs/reference/protocol.md, "Starting a session").</summary>
internal sealed class InitOrder
{
    private static readonly Dictionary<string, int> Stages = new()
    {
        ["UPDATE_SETTINGS"] = 1,
        ["UPDATE_NETWORKS"] = 2,
        ["UPDATE_FRIENDS"] = 3,
        ["CONFIRM_FRIENDS"] = 4,
        ["ADD_ALERT"] = 5,
        ["ADD_WINDOW"] = 6,
        ["UPDATE_MEMBERS"] = 6,
        ["ADD_MESSAGES"] = 7,
        ["FINISH_INIT"] = 8,
    };

    private static readonly string[] Obligatory = ["UPDATE_SETTINGS", "UPDATE_NETWORKS", "UPDATE_FRIENDS"];

    private readonly HashSet<string> _seen = [];
    private int _stage;

    /// <summary>Whether INIT_OK has come.</summary>
    public bool IsAccepted { get; private set; }

    /// <summary>Whether FINISH_INIT has come.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>INIT_OK.</summary>
    public void Accept() => IsAccepted = true;

    /// <summary>The next notification.</summary>
    public void Next(string type)
    {
        if (IsComplete)
        {
            if (type == "FINISH_INIT")
                throw new ProtocolViolationException("FINISH_INIT came twice");
            return;
        }
        if (!IsAccepted)
            throw new ProtocolViolationException($"{type} came before INIT_OK");
        if (_seen.Count == 0 && type != "ADD_USERS")
            throw new ProtocolViolationException($"{type} came before the ADD_USERS with the user itself");
        _seen.Add(type);
        if (type == "ADD_USERS")
            return;
        if (!Stages.TryGetValue(type, out var stage))
            throw new ProtocolViolationException($"{type} came before FINISH_INIT");
        if (stage < _stage)
            throw new ProtocolViolationException($"{type} came too late in the start of the session");
        _stage = stage;
        IsComplete = type == "FINISH_INIT";
        if (IsComplete && Obligatory.FirstOrDefault(one => !_seen.Contains(one)) is { } missing)
            throw new ProtocolViolationException($"FINISH_INIT came without {missing}");
    }
}
