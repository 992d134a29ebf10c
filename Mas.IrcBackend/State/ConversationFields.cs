using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Redis;

namespace Mas.IrcBackend.State;

/// <summary>Sets fields of conversations that windows show (topic, password).</summary>
internal sealed class ConversationFields(RedisConnection redis, ConversationWriter writer, ConversationNotifier notifier)
{
    /// <summary>Writes and tells, when the value differs or an earlier delivery may have died before it told.</summary>
    internal async Task SetAsync(ConversationScope scope, string field, string value)
    {
        if (!scope.Context.Redelivered && await redis.Database.HashGetAsync(RedisKeys.Conversation(scope.Id), field) == value)
            return;
        await writer.SetFieldAsync(scope.Id, field, value);
        await notifier.WindowsChangedAsync(scope.Id, field == "topic" ? new WindowChanges { Topic = value } : new WindowChanges { Password = value }, scope.Delivery);
    }
}
