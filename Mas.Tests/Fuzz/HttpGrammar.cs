using System.Net.Http.Headers;
using System.Text;
using Mas.Tests.Client;
using Newtonsoft.Json;

namespace Mas.Tests.Fuzz;

/// <summary>The HTTP calls of docs/reference/protocol.md and of the operators' page, spoilt in body, method, cookie, origin and other headers.</summary>
/// <param name="server">Where the calls go.</param>
/// <param name="victims">Whom to attack.</param>
/// <param name="own">The attacker's login.</param>
/// <param name="frames">For texts and ids.</param>
/// <param name="mutator">Spoils fields and bytes.</param>
/// <param name="random">Chooses.</param>
internal sealed class HttpGrammar(Uri server, FuzzVictims victims, MasLogin own, FrameGrammar frames, FrameMutator mutator, Random random)
{
    private static readonly string[] Methods = ["POST", "GET", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "FROB"];

    private static readonly string[] ContentTypes =
    [
        "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data", "application/json; charset=utf-16",
        "application/json; charset=frob", "application/jsonx", "application/problem+json", "\"", "application/json;;;",
    ];

    private static readonly string[] Pages =
    [
        "/", "/index.html", "/healthz", "/readyz", "/metrics", "/ws", "/admin", "/admin/", "/admin/admin.js", "/admin/api/overview", "/admin/api/scripts", "/admin/api/audit",
        "/..%2f..%2fetc/passwd", "/%2e%2e/appsettings.json", "/assets/../../appsettings.json", "/assets/%00", "/assets/%ff%fe", "/sw.js?x=%zz", "/%", "/api", "/api/", "/api/login/x", "/%2fapi/login", "/API/LOGIN",
    ];

    /// <summary>Scripts of the operators' page, with arguments that name nobody.</summary>
    private static readonly string[] Scripts = ["users", "user", "messages", "conversations", "leases", "windows", "biggest", "queues", "fsck", "disable", "kick", "trim", "rename", "permit", "deadletter-retry", "export", "nothing"];

    /// <summary>The next call.</summary>
    public HttpRequestMessage Next()
    {
        var (path, fields) = random.Next(10) < 8 ? Call() : (Pick(Pages), null);
        var method = random.Next(20) == 0 ? Pick(Methods) : fields is null ? "GET" : "POST";
        var call = new HttpRequestMessage(new HttpMethod(method), path + (random.Next(30) == 0 ? "?" + Uri.EscapeDataString(frames.Text()) : ""));
        if (fields is not null && method is not ("GET" or "HEAD" or "TRACE"))
            call.Content = Body(fields);
        if (Cookie() is { } cookie)
            call.Headers.TryAddWithoutValidation("Cookie", cookie);
        if (Origin() is { } origin)
            call.Headers.TryAddWithoutValidation("Origin", origin);
        if (random.Next(10) == 0)
            call.Headers.TryAddWithoutValidation(Pick(["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Accept-Encoding", "If-None-Match", "Range", "Expect", "Upgrade", "Sec-WebSocket-Key"]), Printable());
        return call;
    }

    private (string Path, (string, object)[]? Fields) Call() => random.Next(12) switch
    {
        0 => ("/api/register", [("email", $"{Name()}@example.org"), ("password", "long enough 1"), ("nick", Name()), ("name", frames.Text())]),
        1 => ("/api/register", [("email", Email()), ("password", frames.Text()), ("nick", Pick([victims.Ann.Login.Nick, frames.Text()])), ("name", frames.Text())]),
        2 => ("/api/login", [("username", own.Nick), ("password", own.Password)]),
        3 or 4 => ("/api/login", [("username", Pick([victims.Ann.Login.Nick, victims.Ben.Login.Email, frames.User(), frames.Text()])), ("password", Pick([own.Password + "x", frames.Text(), ""]))]),
        5 => ("/api/logout", [("allSessions", random.Next(2) == 0)]),
        6 => ("/api/ticket", []),
        // Mail goes out, so seldom to somebody who is there.
        7 => ("/api/forgot-password", [("email", random.Next(20) == 0 ? Email() : $"{Name()}@example.org")]),
        8 or 9 => ("/api/reset-password", [("token", Pick([frames.Text(), own.Secret, new string('a', 43)])), ("password", "another one 2")]),
        _ => ("/admin/api/run", [("script", Pick(Scripts)), ("arguments", Enumerable.Range(0, random.Next(4)).Select(_ => Nobody()).ToArray()), ("cursor", Pick(["0", "1/0", "x", "-1", "18446744073709551616"]))]),
    };

    private ByteArrayContent Body((string Name, object Value)[] fields)
    {
        var frame = mutator.Spoilt(new FuzzFrame([.. fields.Select(field => (field.Name, JsonConvert.SerializeObject(field.Value)))]));
        var bytes = Encoding.UTF8.GetBytes(frame.ToString());
        if (random.Next(20) == 0)
            bytes = random.Next(10) == 0 ? new byte[100_000] : mutator.SpoilBytes(bytes);
        if (random.Next(10) == 0)
            bytes = Encoding.UTF8.GetBytes(string.Join('&', fields.Select(field => $"{field.Name}={Uri.EscapeDataString(field.Value.ToString()!)}")));
        var content = new ByteArrayContent(bytes);
        var isForm = bytes.AsSpan().IndexOf("="u8) is > 0 && bytes[0] != '{';
        var type = random.Next(12) == 0 ? Pick(ContentTypes) : isForm ? "application/x-www-form-urlencoded" : "application/json";
        if (MediaTypeHeaderValue.TryParse(type, out var parsed))
            content.Headers.ContentType = parsed;
        else
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }

    private string? Cookie() => random.Next(12) switch
    {
        < 5 => own.Cookie,
        5 => $"mas={victims.Ann.UserId}-{own.Secret}",
        6 => $"mas={victims.Ben.UserId}-",
        7 => $"mas={Printable()}; {own.Cookie}",
        8 => $"mas=-{new string('x', random.Next(4000))}",
        9 => Printable(),
        _ => null,
    };

    private string? Origin() => random.Next(6) switch
    {
        0 => "null",
        1 => "https://evil.example",
        2 => Printable(),
        3 => null,
        _ => server.GetLeftPart(UriPartial.Authority),
    };

    private string Name() => $"fuzz{random.NextInt64():x}";

    private string Email() => Pick([victims.Ann.Login.Email, $"{frames.Text()}@example.org", "@", "a@b", "a@b\r\nBcc: c@d", $"{new string('a', 300)}@example.org"]);

    /// <summary>An argument for an operator's script that is no victim's.</summary>
    private string Nobody() => random.Next(3) == 0 ? $"{random.NextInt64(1_000_000, long.MaxValue)}" : Pick(["", "nobody", "-1", "1e9", "\u0000", "漢", new string('x', 3000), "*", "%s%n", "everybody@"]);

    /// <summary>What a header may hold.</summary>
    private string Printable() => new([.. frames.Text().Where(letter => letter is >= ' ' and <= '~')]);

    private T Pick<T>(T[] from) => from[random.Next(from.Length)];
}
