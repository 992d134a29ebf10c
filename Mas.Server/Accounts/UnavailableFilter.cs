using Mas.Core.Protocol;
using Mas.Core.Redis;

namespace Mas.Server.Accounts;

/// <summary>Answers 503 with UNAVAILABLE while Redis is unavailable, or too few replicas confirm what was written.</summary>
internal sealed class UnavailableFilter(RedisConnection redis) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            var since = redis.WriteGeneration;
            var answer = await next(context).AsTask().WaitAsync(redis.Timeout * 2);
            await redis.ConfirmWritesAsync(since);
            return answer;
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            return Results.Json(new { status = Status.Unavailable, errorMsg = Ack.Unavailable.ErrorMsg }, statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }
}
