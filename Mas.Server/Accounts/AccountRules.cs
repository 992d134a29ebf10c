using System.Text;

namespace Mas.Server.Accounts;

/// <summary>What names, nicks, emails and passwords may be.</summary>
internal static class AccountRules
{
    private const string InvalidEmail = "Enter a valid email address.";
    private const string NickMarks = "_-[]{}\\|^`";

    /// <summary>Nicks never contain '@', so a nick is never somebody's email.</summary>
    internal static string? RefuseNick(string nick) =>
        nick.Length is < 1 or > 25 ? "A nick has 1 to 25 characters."
        : !nick.All(c => char.IsAsciiLetterOrDigit(c) || NickMarks.Contains(c)) ? $"A nick may contain only letters from A to Z, digits and {NickMarks}."
        : nick.All(char.IsAsciiDigit) || nick[0] == '-' ? "A nick must not be a number and must not begin with -."
        : null;

    internal static string? RefuseName(string name) =>
        name.Trim().Length == 0 ? "Enter a name."
        : name.Length > 100 || name.Any(char.IsControl) ? "A name has at most 100 characters and no control characters."
        : null;

    internal static string? RefuseEmail(string email) => !IsLikeEmail(email) || MailAddresses.Parse(email) is null ? InvalidEmail : null;

    /// <summary>Refuses what cannot be any user's email. An address that was accepted under other rules passes.</summary>
    internal static string? RefuseKnownEmail(string email) => IsLikeEmail(email) ? null : InvalidEmail;

    internal static string? RefusePassword(string password) =>
        password.EnumerateRunes().Count() < 8 ? "Choose a password of at least 8 characters."
        : Encoding.UTF8.GetByteCount(password) > 1024 ? "Choose a shorter password: at most 1024 bytes."
        : null;

    /// <summary>A group's name: 1 to 50 characters, no spaces, commas or control characters.</summary>
    internal static bool IsGroupName(string name) =>
        name.Length is >= 1 and <= 50 && !name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == ',');

    private static bool IsLikeEmail(string email) =>
        email.Length is >= 3 and <= 254 && email.Contains('@') && !email.Any(c => char.IsControl(c) || char.IsWhiteSpace(c));
}
