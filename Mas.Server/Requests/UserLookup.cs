using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Server.Requests;

/// <summary>Finds the MAS user whom a request names by <c>userId</c> or <c>nick</c>.</summary>
internal sealed class UserLookup(Users users)
{
    internal static readonly Ack NoUser = new(Status.NotFound, "There is no such user.");

    /// <returns>Null when the request names no existing user. <see cref="RequestReader.Problem"/> says whether a field was wrong.</returns>
    internal async Task<UserId?> FindAsync(RequestReader read)
    {
        var user = read.OptionalUser("userId");
        var nick = read.OptionalLine("nick", 50);
        if (read.Problem is not null)
            return null;
        if (user is null && nick is null)
        {
            read.User("userId");
            return null;
        }
        return user is { } id ? await IfThereAsync(id) : await FindByNickAsync(nick!);
    }

    /// <summary>By nick only: nobody may find out whose an email address is.</summary>
    internal async Task<UserId?> FindByNickAsync(string nick) =>
        nick.Length > 0 && !nick.Contains('@') && await users.FindAsync(nick) is { } id ? await IfThereAsync(id) : null;

    private async Task<UserId?> IfThereAsync(UserId id) => !id.IsIrc && await users.IsInUseAsync(id) ? id : null;
}
