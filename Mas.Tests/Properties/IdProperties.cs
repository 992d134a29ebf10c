using System.Globalization;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Mas.Core.Queues;

namespace Mas.Tests.Properties;

public partial class IdProperties
{
    private static readonly Gen<string> IdLike = Property.TextOf("i", "0", "1", "9", "-", "SERVER", ":", " ", "+", "٣", "12345");

    private static readonly Gen<long> Number = Gen.OneOf(Gen.Choose(1, 300).Select(number => (long)number), Gen.Choose(1, int.MaxValue).Select(number => number * 4_000_000_000L));

    [Fact]
    public void UserId_AnyText_IsReadOnlyInTheFormOfTheSchema() => Property.Holds(IdLike, text =>
    {
        Assert.Equal(Schema().IsMatch(text) && text.Length <= 20, UserId.TryParse(text, out var id));
        Assert.Equal(text, id.ToString());
    }, times: 5_000);

    [Fact]
    public void Ids_AnyNumber_ReadAsTheyAreWritten() => Property.Holds(Number, number =>
    {
        Assert.True(UserId.TryParse(UserId.Mas(number).ToString(), out var user) && user == UserId.Mas(number) && !user.IsIrc);
        Assert.True(UserId.TryParse(UserId.Irc(number).ToString(), out var onIrc) && onIrc == UserId.Irc(number) && onIrc.IsIrc);
        Assert.True(ConversationId.TryParse(new ConversationId(number).ToString(), out var conversation) && conversation.Value == number);
        var session = new SessionRef(user, $"{number}-x:y");
        Assert.True(SessionRef.TryParse(session.ToString(), out var read) && read == session);
        Assert.Equal(number.ToString(CultureInfo.InvariantCulture), read.ServerId);
    });

    [Fact]
    public void Partition_AnyRoute_BelongsToExactlyOne() => Property.Holds(
        from count in Gen.Choose(1, InboxPartition.Most)
        from number in Number
        from name in IdLike
        select (count, number, name),
        made =>
        {
            var partitions = Enumerable.Range(0, made.count).Select(index => new InboxPartition("loopbackparser", index, made.count)).ToList();
            var ofNumber = Assert.Single(partitions, partition => partition.Owns(made.number.ToString(CultureInfo.InvariantCulture)));
            Assert.Same(ofNumber, Assert.Single(partitions, partition => partition.Owns(new ConversationId(made.number))));
            Assert.Single(partitions, partition => partition.Owns(made.name));
        });

    [GeneratedRegex("^(i?[1-9][0-9]*|iSERVER)\\z")]
    private static partial Regex Schema();
}
