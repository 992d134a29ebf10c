using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Redis;

namespace Mas.Server.Sockets;

/// <summary>Makes sessions known, here and in Redis, and forgets them when they end.</summary>
internal sealed partial class SessionRegistrar
{
    private readonly RedisConnection _redis;
    private readonly SessionRegistry _registry;
    private readonly Sessions _sessions;
    private readonly Presence _presence;
    private readonly int _maxSessions;
    private readonly ILogger _logger;
    private readonly TimeSpan _patience;

    public SessionRegistrar(
        RedisConnection redis, SessionRegistry registry, Sessions sessions, Presence presence, LimitsOptions limits, ILogger<SessionRegistrar> logger)
    {
        _redis = redis;
        _registry = registry;
        _sessions = sessions;
        _presence = presence;
        _maxSessions = limits.SessionsPerUser;
        _logger = logger;
        _patience = SessionRunner.Patience(redis);
    }

    /// <summary>
    /// Makes the session known here, before it is in Redis: a wake-up for an unknown session would remove it there. Nothing is begun while
    /// Redis may lose what the client would be shown.
    /// </summary>
    internal async Task<Registration> AddAsync(SocketSession session)
    {
        await _redis.ConfirmWritesAsync(_redis.WriteGeneration).WaitAsync(_patience);
        _registry.Add(session);
        return new Registration(this, session);
    }

    /// <summary>A session that is known here. Disposing it ends the session.</summary>
    internal sealed class Registration(SessionRegistrar registrar, SocketSession session) : IAsyncDisposable
    {
        /// <summary>Whether Redis knows the session while its user's friends may not have been told.</summary>
        private bool _isPresenceDue;

        /// <summary>Registers the session in Redis, and tells the user's friends.</summary>
        /// <returns>Null, or why the session may not begin.</returns>
        internal async Task<Termination?> TryBeginAsync(string loginDigest, string address)
        {
            if (await registrar._sessions.TryRegisterAsync(session.Ref, loginDigest, registrar._maxSessions).WaitAsync(registrar._patience) is { } refusal)
                return refusal == TerminateCode.TooManySessions ? Termination.TooManySessions(registrar._maxSessions) : Termination.LoginEnded;
            _isPresenceDue = true;
            registrar._registry.AddRegistered(session);
            LogBegan(registrar._logger, session.Ref, address);
            await registrar._presence.UpdateAsync(session.Ref, isDue: false).WaitAsync(registrar._patience);
            _isPresenceDue = false;
            return null;
        }

        public async ValueTask DisposeAsync()
        {
            session.Pump.Stop();
            // Unknown here before its keys go: a wake-up for what was pushed behind their removal removes that too. Known still,
            // it would signal a pump that has stopped, and the outbox would stay.
            registrar._registry.Remove(session);
            try
            {
                await registrar._sessions.EndAsync(session.Ref).WaitAsync(registrar._patience);
                await registrar._presence.UpdateAsync(session.Ref, _isPresenceDue).WaitAsync(registrar._patience);
            }
            catch (Exception e) when (RedisErrors.IsAway(e))
            {
                // No heartbeat follows any more, so a sweeper finds it when Redis is back.
                LogUnavailable(registrar._logger, session.Ref, e.Message);
            }
            LogEnded(registrar._logger, session.Ref);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Session {Session} began from {Address}")]
    private static partial void LogBegan(ILogger logger, SessionRef session, string address);

    [LoggerMessage(Level = LogLevel.Information, Message = "Session {Session} ended")]
    private static partial void LogEnded(ILogger logger, SessionRef session);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis is unavailable: session {Session} is removed there after the idle timeout: {Reason}")]
    private static partial void LogUnavailable(ILogger logger, SessionRef session, string reason);
}
