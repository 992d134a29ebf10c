using System.Buffers;
using Mas.Core.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Commands;

/// <summary>The answers to requests that can't be carried out.</summary>
internal static class Refusals
{
    private const int MaxNickLength = 100;

    private static readonly SearchValues<char> NotInNicks = SearchValues.Create(" ,!@*?:");

    internal static Ack WindowLimit { get; } = new(Status.Error, "You have reached the limit of open windows. Close one first.");

    internal static Ack NoMember { get; } = new(Status.NotFound, "There is no such member in this channel.");

    internal static Ack ChannelsOnly { get; } = new(Status.Error, "This works in channels only.");

    internal static Ack NotConnected(ParserContext context) =>
        new(Status.NotConnected, $"You are not connected to {context.Network}. Connect first, then try again.");

    /// <summary>The refusal of a text that can't be a nick, or null.</summary>
    internal static Ack? OfNick(string nick) =>
        nick.Length is 0 or > MaxNickLength || nick.AsSpan().IndexOfAny(NotInNicks) >= 0 || nick.Any(char.IsControl)
            ? new Ack(Status.ParameterInvalid, "Enter a valid nick.")
            : null;
}
