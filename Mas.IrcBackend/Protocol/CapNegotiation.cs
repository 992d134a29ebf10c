namespace Mas.IrcBackend.Protocol;

/// <summary>
/// Capability negotiation (IRCv3, version 302): what is offered, requested and enabled. When to send CAP END is decided in
/// <see cref="Session.Negotiation"/>, because SASL comes in between.
/// </summary>
/// <param name="wanted">The capabilities to request when they are offered.</param>
internal sealed class CapNegotiation(IReadOnlyCollection<string> wanted)
{
    private const int MaxListBytes = 400;

    private readonly Dictionary<string, string> _offered = new(StringComparer.Ordinal);
    private readonly HashSet<string> _enabled = new(StringComparer.Ordinal);
    private readonly List<List<string>> _outstanding = [];
    private bool _listed;

    /// <summary>The first line of every connection.</summary>
    internal const string FirstLine = "CAP LS 302";

    /// <summary>The offered capabilities: name → value ("" for none).</summary>
    internal IReadOnlyDictionary<string, string> Offered => _offered;

    internal IReadOnlyCollection<string> Enabled => _enabled;

    /// <summary>Whether the list is complete and every request has been answered.</summary>
    internal bool IsSettled => _listed && _outstanding.Count == 0;

    internal bool Has(string capability) => _enabled.Contains(capability);

    /// <summary>Takes a CAP line of the server and gives the lines to send.</summary>
    internal IReadOnlyList<string> Accept(IrcMessage message)
    {
        var list = message.Parameters.Count > 2 ? message.Last.Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];
        switch (message.Parameter(1).ToUpperInvariant())
        {
            case "LS":
                Offer(list);
                if (message.Parameters.Count > 3 && message.Parameter(2) == "*")
                    return [];
                _listed = true;
                return Request(_offered.Keys);
            case "NEW":
                Offer(list);
                return Request(list.Select(Name));
            case "DEL":
                foreach (var capability in list.Select(Name))
                {
                    _offered.Remove(capability);
                    _enabled.Remove(capability);
                }
                return [];
            case "ACK":
                Acknowledge(list);
                return [];
            case "NAK":
                return Retry(list);
            default:
                return [];
        }
    }

    private static string Name(string entry)
    {
        var equals = entry.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? entry : entry[..equals];
    }

    private void Offer(string[] list)
    {
        foreach (var entry in list)
        {
            var name = Name(entry);
            _offered[name] = name.Length < entry.Length ? entry[(name.Length + 1)..] : "";
        }
    }

    private List<string> Request(IEnumerable<string> names)
    {
        var lines = new List<string>();
        var batch = new List<string>();
        foreach (var name in names.Where(name => wanted.Contains(name) && !_enabled.Contains(name) && !IsOutstanding(name)).ToList())
        {
            if (batch.Count > 0 && batch.Sum(other => other.Length + 1) + name.Length > MaxListBytes)
            {
                lines.Add(Request(batch));
                batch = [];
            }
            batch.Add(name);
        }
        if (batch.Count > 0)
            lines.Add(Request(batch));
        return lines;
    }

    private string Request(List<string> batch)
    {
        _outstanding.Add(batch);
        return IrcLine.WithText(string.Join(' ', batch), "CAP", "REQ");
    }

    private bool IsOutstanding(string name) => _outstanding.Exists(batch => batch.Contains(name));

    // An ACK may come in several lines: a request is answered when all of it is.
    private void Acknowledge(string[] list)
    {
        foreach (var entry in list)
        {
            // Version 3.1 marks capabilities with ~ and =; a minus disables one.
            var name = Name(entry.TrimStart('-', '~', '='));
            _outstanding.ForEach(batch => batch.Remove(name));
            if (entry.StartsWith('-'))
                _enabled.Remove(name);
            else
                _enabled.Add(name);
        }
        _outstanding.RemoveAll(batch => batch.Count == 0);
    }

    // A request is refused as a whole: the others are requested again one by one.
    private List<string> Retry(string[] list)
    {
        var names = list.Select(Name).ToHashSet(StringComparer.Ordinal);
        var index = _outstanding.FindIndex(names.SetEquals);
        index = index >= 0 ? index : _outstanding.FindIndex(batch => names.Count == 0 || batch.Exists(names.Contains));
        if (index < 0)
            return [];
        var refused = _outstanding[index];
        _outstanding.RemoveAt(index);
        return refused.Count < 2 ? [] : refused.ConvertAll(name => Request([name]));
    }
}
