using Mas.Core.Protocol;
using Mas.Core.Redis;

namespace Mas.Server.Accounts;

/// <summary>Answers 503 with UNAVAILABLE while Redis is away.</summary>
internal sealed class UnavailableFilter(RedisOptions options) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context).AsTask().WaitAsync(TimeSpan.FromMilliseconds(options.TimeoutMilliseconds * 2));
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            return Results.Json(new { status = Status.Unavailable, errorMsg = Ack.Unavailable.ErrorMsg }, statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }
}
