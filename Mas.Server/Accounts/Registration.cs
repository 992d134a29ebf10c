using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;

namespace Mas.Server.Accounts;

/// <summary>Creates users, for registrations over HTTP and for operators.</summary>
internal sealed class Registration(
    Users users, Conversations conversations, InboxProducer producer, PasswordHasher hasher, AccountOptions options, LimitsOptions limits)
{
    /// <summary>Validates the input, creates the user, and asks the worker to join the initial groups.</summary>
    /// <param name="profile">Name, email and nick.</param>
    /// <param name="password">The password in clear.</param>
    /// <param name="ip">The client's address; empty for an operator.</param>
    internal async Task<(UserId User, RegistrationRefusal? Refusal)> RegisterAsync(Profile profile, string password, string ip)
    {
        if (AccountRules.RefuseEmail(profile.Email) is { } badEmail)
            return (default, new RegistrationRefusal("email", badEmail));
        if (AccountRules.RefuseNick(profile.Nick) is { } badNick)
            return (default, new RegistrationRefusal("nick", badNick));
        if (AccountRules.RefuseName(profile.Name) is { } badName)
            return (default, new RegistrationRefusal("name", badName));
        if (AccountRules.RefusePassword(password) is { } badPassword)
            return (default, new RegistrationRefusal("password", badPassword));
        var (user, taken) = await users.CreateAsync(profile, await hasher.HashAsync(password), ip, limits.WindowsPerUser);
        if (taken is not null)
            return (default, new RegistrationRefusal(taken, $"This {taken} is taken. Choose another one.", IsTaken: true));
        await JoinInitialGroupsAsync(user);
        return (user, null);
    }

    private async Task JoinInitialGroupsAsync(UserId user)
    {
        foreach (var name in options.InitialGroups.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var id = await conversations.FindGroupAsync(Networks.Mas, Networks.Fold(name));
            var join = new JoinGroup(new Origin(Rids.New(), user), id?.Value ?? 0, name, "", Initial: true);
            await producer.SendAsync(Endpoints.Loopback, join.OrderingKey, join.ToJson());
        }
    }
}

/// <summary>Why a user was not created.</summary>
/// <param name="Field">The field that is wrong.</param>
/// <param name="ErrorMsg">A sentence fit to show.</param>
/// <param name="IsTaken">Whether somebody else has it.</param>
internal sealed record RegistrationRefusal(string Field, string ErrorMsg, bool IsTaken = false);
