using System.Text.Json.Serialization;

namespace Mas.IrcBackend.Bridge;

/// <summary>How the two roles' messages are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowOutOfOrderMetadataProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = false)]
[JsonSerializable(typeof(LinkOrder))]
[JsonSerializable(typeof(ParserEntry))]
internal sealed partial class BridgeJson : JsonSerializerContext;
