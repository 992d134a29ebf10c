using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Server.Accounts;

namespace Mas.Server.Requests;

/// <summary>GET_PROFILE and UPDATE_PROFILE.</summary>
internal sealed class ProfileRequests(Users users, PasswordHasher hasher, ProfileBroadcaster profiles)
{
    private const int MaxText = 1024;

    internal async Task<Ack?> GetAsync(RequestContext request)
    {
        return await users.GetProfileAsync(request.Session.User) is { } profile
            ? new Ack(Status.Ok, Result: new OwnProfile(profile.Name, profile.Email, profile.Nick))
            : UserLookup.NoUser;
    }

    internal async Task<Ack?> UpdateAsync(RequestContext request)
    {
        var read = request.Read;
        var name = read.OptionalText("name", MaxText)?.Trim();
        var email = read.OptionalText("email", MaxText)?.Trim();
        var nick = read.OptionalText("nick", MaxText)?.Trim();
        var password = read.OptionalText("password", MaxText);
        var currentPassword = password is null ? null : read.Text("currentPassword", MaxText);
        if (read.Problem is { } problem)
            return problem;
        if (name is null && email is null && nick is null && password is null)
            return new Ack(Status.ParameterMissing, "Give at least one of 'name', 'email', 'nick' and 'password'.");
        if (password is not null && AccountRules.RefusePassword(password) is { } bad)
            return new Ack(Status.ParameterInvalid, bad);
        var user = request.Session.User;
        if (password is not null && !await MayBecomeAsync(await users.GetPasswordAsync(user), password, currentPassword!))
            return new Ack(Status.IncorrectPassword, "Wrong current password.");
        var ack = await ChangeAsync(user, old => old with { Name = name ?? old.Name, Email = email ?? old.Email, Nick = nick ?? old.Nick });
        return ack.Status == Status.Ok && password is not null && !await users.SetPasswordAsync(user, await hasher.HashAsync(password))
            ? UserLookup.NoUser
            : ack;
    }

    /// <summary>Changes name, email or nick, and notifies everyone who knows the user.</summary>
    internal async Task<Ack> ChangeAsync(UserId user, Func<Profile, Profile> change)
    {
        if (await users.GetProfileAsync(user) is not { } old)
            return UserLookup.NoUser;
        var changed = change(old);
        if (changed == old)
        {
            // The request may be a repetition because the first notification failed.
            await profiles.TellAsync(user);
            return Ack.Ok;
        }
        if (RefuseChanged(old, changed) is { } bad)
            return new Ack(Status.ParameterInvalid, bad);
        if (await users.UpdateProfileAsync(user, old, changed) is { } taken)
            return new Ack(Status.ErrorExists, $"This {taken} is taken. Choose another one.");
        if (changed.Name != old.Name || changed.Nick != old.Nick)
            await profiles.TellAsync(user);
        return Ack.Ok;
    }

    /// <summary>Checks what changes. What stays may have been accepted under other rules, or come from an operator.</summary>
    private static string? RefuseChanged(Profile old, Profile changed) =>
        (changed.Name == old.Name ? null : AccountRules.RefuseName(changed.Name))
        ?? (changed.Email == old.Email ? null : AccountRules.RefuseEmail(changed.Email))
        ?? (changed.Nick == old.Nick ? null : AccountRules.RefuseNick(changed.Nick));

    /// <summary>Whether the current password is right, or the new one is set already: a repetition whose answer was lost.</summary>
    private async Task<bool> MayBecomeAsync(StoredPassword? stored, string password, string currentPassword) =>
        await hasher.VerifyAsync(currentPassword, stored) || await hasher.VerifyAsync(password, stored);
}
