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
        MailboxAddress.TryParse(Strict, text, out var address) && address.Route.Count == 0 && IsBare(address, text) ? address : null;

    /// <summary>Whether the text is the address alone. <c>Address</c> has an internationalised domain decoded, whichever form the text has.</summary>
    private static bool IsBare(MailboxAddress address, string text) =>
        address.Address == text || address.GetAddress(idnEncode: true).Equals(text, StringComparison.OrdinalIgnoreCase);
}
