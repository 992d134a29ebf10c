using Mas.Tests.Client;
using StackExchange.Redis;

namespace Mas.Tests.EndToEnd;

/// <summary>What a user's view must be by what Redis holds, read with plain commands by the schema.</summary>
internal static class RedisTruth
{
    /// <summary>Asserts that windows, members, roles, topics, passwords and messages of a view are those of Redis.</summary>
    /// <param name="redis">The truth.</param>
    /// <param name="client">Whose view.</param>
    /// <param name="newestOnly">Whether a window may begin with a backlog, and lack what is older.</param>
    public static async Task AssertEqualsAsync(IDatabase redis, MasClient client, bool newestOnly = false)
    {
        var windowIds = (await redis.SetMembersAsync($"windowlist:{client.UserId}")).Select(id => (int)id).Order().ToArray();
        Assert.Equal(windowIds, client.Read(view => view.Windows.Keys.ToArray()));
        foreach (var windowId in windowIds)
        {
            var id = await redis.ConversationAsync(client.UserId, windowId);
            Assert.Equal(windowId, (int)await redis.HashGetAsync("index:windowIds", $"{client.UserId}:{id}"));
            var conversation = await redis.HashAsync($"conversation:{id}");
            var members = (await redis.HashAsync($"conversationmembers:{id}")).Where(member => member.Value != "d")
                .OrderBy(member => member.Key, StringComparer.Ordinal).ToArray();
            var messages = (await redis.MessagesAsync(id)).Select(ViewMessage.From).ToArray();
            Assert.Equal(messages.Select(message => message.Gid).Order(), messages.Select(message => message.Gid));
            Assert.Equal(messages.Length, messages.Select(message => message.Gid).Distinct().Count());
            client.Read(view =>
            {
                var window = view.Windows[windowId];
                Assert.Equal((conversation["type"], conversation["name"], conversation["network"]), (window.Type, window.Name, window.Network));
                Assert.Equal((conversation["topic"], conversation["password"]), (window.Topic, window.Password));
                Assert.Equal(members.Select(member => (member.Key, member.Value)), window.Members.Select(member => (member.Key, member.Value)));
                Assert.Equal(window.Members[client.UserId], window.Role);
                Assert.Equal(newestOnly ? messages.TakeLast(window.Messages.Count) : messages, window.Messages.Values);
                Assert.True(messages.Length == 0 || window.Messages.Count > 0);
                return true;
            });
        }
    }
}
