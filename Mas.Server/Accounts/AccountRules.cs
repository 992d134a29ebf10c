using System.Net.Mail;
using System.Text;

namespace Mas.Server.Accounts;

/// <summary>What names, nicks, emails and passwords may be.</summary>
internal static class AccountRules
{
    private const string NickMarks = "_-[]{}\\|^`";

    /// <summary>Nicks never contain '@', so a nick is never somebody's email.</summary>
    internal static string? RefuseNick(string nick) =>
        nick.Length is < 1 or > 25 ? "The nick must have 1 to 25 characters."
        : !nick.All(c => char.IsAsciiLetterOrDigit(c) || NickMarks.Contains(c)) ? $"The nick may contain letters, digits and {NickMarks} only."
        : nick.All(char.IsAsciiDigit) || nick[0] == '-' ? "The nick must begin with a letter, and may not be a number."
        : null;

    internal static string? RefuseName(string name) =>
        name.Trim().Length == 0 ? "The name is missing."
        : name.Length > 100 || name.Any(char.IsControl) ? "The name may have up to 100 characters, none of them control characters."
        : null;

    internal static string? RefuseEmail(string email) =>
        email.Length is < 3 or > 254 || email.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))
        || !MailAddress.TryCreate(email, out var address) || address.Address != email || !email.Contains('@')
            ? "This is no email address."
            : null;

    internal static string? RefusePassword(string password) =>
        password.EnumerateRunes().Count() < 8 ? "The password must have at least 8 characters."
        : Encoding.UTF8.GetByteCount(password) > 1024 ? "The password may have up to 1024 bytes."
        : null;

    /// <summary>A group's name: 1 to 50 characters, no spaces, commas or control characters.</summary>
    internal static bool IsGroupName(string name) =>
        name.Length is >= 1 and <= 50 && !name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == ',');
}
