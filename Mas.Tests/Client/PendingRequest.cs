using Newtonsoft.Json.Linq;

namespace Mas.Tests.Client;

/// <summary>A request whose acknowledgement has not come yet.</summary>
/// <param name="Request">What was sent.</param>
/// <param name="Answer">Completed with the ACK.</param>
internal sealed record PendingRequest(JObject Request, TaskCompletionSource<JObject> Answer);
