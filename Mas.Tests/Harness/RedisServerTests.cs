namespace Mas.Tests.Harness;

public sealed class RedisServerTests
{
    [Fact]
    public async Task AppendOnlyRedis_KilledAndStartedAgain_HoldsWhatWasWritten()
    {
        await using var redis = await RedisServer.StartAsync(appendOnly: true);
        var port = redis.Port;
        await redis.Database.StringSetAsync("key", "value");

        await redis.KillAsync();
        await redis.StartAgainAsync();

        Assert.Equal(port, redis.Port);
        Assert.Equal("value", (string?)await redis.Database.StringGetAsync("key"));
    }

    [Fact]
    public async Task StoppedProcess_Continued_AnswersAgain()
    {
        await using var redis = await RedisServer.StartAsync();

        redis.Process.Signal(ProcessSignal.Stop);
        var answer = redis.Database.PingAsync();
        Assert.False(answer.IsCompleted);
        redis.Process.Signal(ProcessSignal.Continue);

        await answer;
    }
}
