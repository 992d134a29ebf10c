using System.Text.Json.Serialization;

namespace Mas.IrcBackend.Bridge;

/// <summary>The JSON of the messages between the two roles.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowOutOfOrderMetadataProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = false)]
[JsonSerializable(typeof(ConnectionOrder))]
[JsonSerializable(typeof(ParserEntry))]
internal sealed partial class BridgeJson : JsonSerializerContext;
