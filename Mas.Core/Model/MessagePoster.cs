using System.Globalization;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.Core.Telemetry;
using StackExchange.Redis;

namespace Mas.Core.Model;

/// <summary>
/// Posts in four steps: check who may, draw gids, append the messages with their records, read who is live. On a single Redis the
/// first three are one script; elsewhere, and for large batches, they are slot-local scripts with the same rules.
/// </summary>
internal sealed class MessagePoster(FencingToken fence, RedisConnection redis, Conversations conversations, HistoryOptions options, TimeProvider time)
{
    /// <summary>The largest batch of one script. For more, a draw of gids that all conversations share costs Redis less than one in each script.</summary>
    internal const int MaxAtOnce = 4;

    /// <summary>The most messages that <see cref="LuaScripts.HistoryAdd"/> takes.</summary>
    private const int MaxAdded = 1000;

    private const string Add = "";
    private const string Once = "once";
    private const string Find = "find";
    private const string Skip = "skip";

    internal async Task<PostResult> PostAsync(ConversationId id, IReadOnlyList<NewMessage> messages, RequiredMembers required)
    {
        var drafts = new Draft[messages.Count];
        for (var i = 0; i < drafts.Length; i++)
            drafts[i] = new Draft(messages[i], time.GetUtcNow().ToUnixTimeSeconds());
        while (true)
        {
            try
            {
                return redis.MayFailOver || drafts.Length > MaxAtOnce
                    ? await PostInStepsAsync(id, drafts, required)
                    : await PostAtOnceAsync(id, drafts, required);
            }
            catch (RedisServerException e) when (NewestBefore(e) is { } newest)
            {
                await conversations.RaiseGidsAsync(newest);
            }
        }
    }

    private async Task<PostResult> PostAtOnceAsync(ConversationId id, Draft[] drafts, RequiredMembers required)
    {
        var (appended, live) = await AppendAsync(
            LuaScripts.PostAtOnce, id, Arguments(Word(required), drafts), RedisKeys.ConversationMembers(id), RedisKeys.NextMsgId);
        return appended.Length == 0 ? PostResult.MemberDetached : Result(drafts, appended, live);
    }

    private async Task<PostResult> PostInStepsAsync(ConversationId id, Draft[] drafts, RequiredMembers required)
    {
        var gids = conversations.ReserveGidsAsync(drafts.Length);
        var isDetached = false;
        if (required != RequiredMembers.None)
            (isDetached, drafts) = await RefuseOutsidersAsync(id, drafts, required);
        // Only what an earlier attempt has posted needs nobody's presence.
        if (isDetached && drafts.Any(draft => draft.What == Add))
            return PostResult.MemberDetached;
        var plan = isDetached ? Array.ConvertAll(drafts, draft => draft with { What = draft.What == Once ? Find : draft.What }) : drafts;
        if (plan.Length <= MaxAdded && Array.TrueForAll(plan, draft => draft.What == Add))
            return await AddAsync(id, plan, await gids);
        var (appended, live) = await AppendAsync(LuaScripts.HistoryAppend, id, Arguments(await gids, plan));
        return isDetached && drafts.Where((draft, i) => draft.What == Once && appended[i].IsNullOrEmpty).Any()
            ? PostResult.MemberDetached
            : Result(drafts, appended, live);
    }

    /// <summary>The common case of the last step: all messages are new, so the gids that they get are known.</summary>
    private async Task<PostResult> AddAsync(ConversationId id, Draft[] drafts, long first)
    {
        var messages = new PostedMessage?[drafts.Length];
        var arguments = new RedisValue[3 + 3 * drafts.Length];
        (arguments[0], arguments[1], arguments[2]) = (options.MaxMessages, first, drafts.Length);
        for (var i = 0; i < drafts.Length; i++)
        {
            var stored = drafts[i].Stored(first + i);
            messages[i] = new PostedMessage(stored, IsNew: true);
            var record = 3 + drafts.Length + 2 * i;
            (arguments[3 + i], arguments[record], arguments[record + 1]) = (stored.Json, drafts[i].RecordName, first + i);
        }
        var (_, live) = await AppendAsync(LuaScripts.HistoryAdd, id, arguments);
        return new PostResult(messages, live);
    }

    /// <summary>Sees to it that nothing is added of authors who may not post.</summary>
    /// <returns>Whether somebody is detached who must not be, and what is to be done.</returns>
    private async Task<(bool IsDetached, Draft[] Drafts)> RefuseOutsidersAsync(ConversationId id, Draft[] drafts, RequiredMembers required)
    {
        var authors = drafts.Select(draft => draft.Author).Distinct().ToArray();
        var answer = (RedisValue[])(await LuaScripts.MembershipCheck.RunAsync(
            redis.Database, [RedisKeys.ConversationMembers(id)], [Word(required), .. authors.Select(author => (RedisValue)author.Value)]))!;
        var outsiders = authors.Where((_, i) => answer[i + 1] == 0).ToHashSet();
        return (answer[0] == 1, Array.ConvertAll(drafts, draft => !outsiders.Contains(draft.Author) ? draft : draft with { What = draft.What == Once ? Find : Skip }));
    }

    /// <summary>
    /// Runs a script that appends, and reads who is live behind it: a session that starts meanwhile has either listed itself by then, or
    /// finds the messages in the history.
    /// </summary>
    private async Task<(RedisValue[] Appended, List<LiveSession> Live)> AppendAsync(RedisScript script, ConversationId id, RedisValue[] arguments, params RedisKey[] companions)
    {
        using var step = MasTracing.StartStep("append to history");
        var (appended, live) = await fence.RunAsync(
            script, RedisKeys.ConversationMessages(id), arguments, () => conversations.GetLiveSessionsAsync(id), [RedisKeys.ConversationRids(id), .. companions]);
        return ((RedisValue[])appended!, live);
    }

    private RedisValue[] Arguments(RedisValue first, Draft[] drafts)
    {
        var arguments = new RedisValue[2 + 2 * drafts.Length];
        (arguments[0], arguments[1]) = (options.MaxMessages, first);
        for (var i = 0; i < drafts.Length; i++)
            (arguments[2 + 2 * i], arguments[3 + 2 * i]) = (drafts[i].What, drafts[i].JsonBehindGid);
        return arguments;
    }

    private static PostResult Result(Draft[] drafts, RedisValue[] appended, List<LiveSession> live)
    {
        var messages = new PostedMessage?[drafts.Length];
        for (var i = 0; i < messages.Length; i++)
        {
            if (appended[i].IsInteger)
                messages[i] = new PostedMessage(drafts[i].Stored((long)appended[i]), IsNew: true);
            else if ((byte[]?)appended[i] is { Length: > 0 } json)
                messages[i] = new PostedMessage(StoredMessage.FromJson(json), IsNew: false);
        }
        return new PostResult(messages, live);
    }

    private static string Word(RequiredMembers required) => required switch
    {
        RequiredMembers.None => "",
        RequiredMembers.Authors => "authors",
        _ => "everyone",
    };

    /// <summary>The newest gid of a history that refused older ones; null when something else is wrong.</summary>
    private static long? NewestBefore(RedisServerException e) =>
        e.Message.Split(' ') is ["BEHIND", var gid] && long.TryParse(gid, CultureInfo.InvariantCulture, out var newest) ? newest : null;

    /// <summary>A message that has no gid yet, and what the scripts are to do with it.</summary>
    private readonly record struct Draft(ChatMessage Message, string What, byte[] JsonBehindGid)
    {
        internal Draft(NewMessage message, long now)
            : this(new ChatMessage(0, message.Author, message.Ts ?? now, message.Cat, message.Body, message.Rid), message.IsRepeated ? Once : Add, [])
        {
            JsonBehindGid = Message.ToJsonBehindGid();
        }

        internal UserId Author => Message.UserId;

        internal byte[] RecordName => ChatMessage.RecordOf(Author, JsonBehindGid);

        internal StoredMessage Stored(long gid) => new(Message with { Gid = gid }, ChatMessage.ToJson(gid, JsonBehindGid));
    }
}
