using System.Reflection;
using System.Runtime.CompilerServices;
using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Tests.Failover;

public sealed class RedisErrorsTests
{
    /// <summary>As it does when connections go while it puts together why there is none.</summary>
    [Fact]
    public void IsAway_TheClientLibraryFailsOverItsOwnWords_IsTrue()
    {
        var library = typeof(ConnectionMultiplexer).Assembly;
        var type = library.GetType("StackExchange.Redis.ServerEndPoint", throwOnError: true)!;
        var servers = Array.CreateInstance(type, 1);
        servers.SetValue(RuntimeHelpers.GetUninitializedObject(type), 0);
        var words = library.GetType("StackExchange.Redis.ExceptionFactory")!.GetMethod("PopulateInnerExceptions", BindingFlags.Static | BindingFlags.NonPublic)!;

        var failure = Assert.Throws<TargetInvocationException>(() => words.Invoke(null, [servers])).InnerException!;

        Assert.IsType<NullReferenceException>(failure);
        Assert.True(RedisErrors.IsAway(failure));
        Assert.False(RedisErrors.MayHaveRun(failure));
        Assert.False(RedisErrors.IsAway(new ArgumentException("of our own")));
    }
}
