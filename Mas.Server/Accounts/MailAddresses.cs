using MimeKit;

namespace Mas.Server.Accounts;

/// <summary>Reads email addresses as strictly as mail servers do.</summary>
internal static class MailAddresses
{
    private static readonly ParserOptions Strict = new()
    {
        AddressParserComplianceMode = RfcComplianceMode.Strict,
        AllowAddressesWithoutDomain = false,
    };

    /// <returns>The address; null for anything else than one bare address, such as <c>Ann &lt;ann@example.org&gt;</c>.</returns>
    internal static MailboxAddress? Parse(string text) =>
        MailboxAddress.TryParse(Strict, text, out var address) && address.Address == text && address.Route.Count == 0 ? address : null;
}
