namespace Mas.Tests.Client;

/// <summary>A server has sent something that docs/reference/protocol.md rules out.</summary>
public sealed class ProtocolViolationException(string message) : Exception(message);
