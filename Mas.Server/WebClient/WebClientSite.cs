using Microsoft.Net.Http.Headers;

namespace Mas.Server.WebClient;

/// <summary>The web client's files as a part of the server's pipeline.</summary>
public static partial class WebClientSite
{
    /// <summary>Reads the web client from the folder that <c>WebClient:Folder</c> names, or from <c>wwwroot</c> beside the server's assembly.</summary>
    public static IServiceCollection AddWebClient(this IServiceCollection services) => services.AddSingleton(provider =>
        WebClientFiles.Load(Path.Combine(AppContext.BaseDirectory, provider.GetRequiredService<IConfiguration>()["WebClient:Folder"] ?? "wwwroot")));

    /// <summary>
    /// Serves the files, and the page for every address that is neither a file nor anything else of the server's, so that the
    /// page's own addresses can be reloaded. Every answer gets the security headers.
    /// </summary>
    public static void UseWebClient(this WebApplication app)
    {
        var files = app.Services.GetRequiredService<WebClientFiles>();
        if (files.Page is null)
            LogNoClient(app.Logger);
        app.Use(async (http, next) =>
        {
            SecurityHeaders.AddTo(http.Response.Headers);
            if (http.GetEndpoint() is null && (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method)) && Find(files, http.Request) is { } file)
                await ServeAsync(http, file);
            else
                await next(http);
        });
    }

    private static WebClientFile? Find(WebClientFiles files, HttpRequest request)
    {
        var path = request.Path.Value ?? "/";
        if (files.Find(path) is { } file)
            return file;
        // A page that is not there is the client's to show; a missing script or an unknown call is a 404.
        return !Path.HasExtension(path) && !path.StartsWith("/api/", StringComparison.OrdinalIgnoreCase) ? files.Page : null;
    }

    private static async Task ServeAsync(HttpContext http, WebClientFile file)
    {
        var response = http.Response;
        response.Headers.CacheControl = file.CacheControl;
        response.Headers.ETag = file.ETag;
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        if (http.Request.Headers.IfNoneMatch.ToString().Contains(file.ETag, StringComparison.Ordinal))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        var (content, encoding) = file.For(http.Request.Headers.AcceptEncoding.ToString());
        if (encoding is not null)
            response.Headers.ContentEncoding = encoding;
        response.ContentType = file.ContentType;
        response.ContentLength = content.Length;
        if (HttpMethods.IsGet(http.Request.Method))
            await response.Body.WriteAsync(content, http.RequestAborted);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "This build has no web client (wwwroot is missing): only the API and the socket are served")]
    private static partial void LogNoClient(ILogger logger);
}
