using System.ComponentModel.DataAnnotations;
using System.Text.Encodings.Web;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Mas.Core.Hosting;

/// <summary>What every MAS process shares: settings, logging, Redis, metrics, and the handling of wrong settings.</summary>
public static class MasHost
{
    /// <summary>Exit code when a setting is wrong.</summary>
    public const int WrongSetting = 2;

    /// <summary>A builder for a process that serves HTTP, with the defaults of <see cref="AddMasDefaults"/>.</summary>
    public static WebApplicationBuilder CreateWebBuilder(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        AddMasDefaults(builder, args);
        return builder;
    }

    /// <summary>A builder for a worker, with the defaults of <see cref="AddMasDefaults"/>.</summary>
    public static HostApplicationBuilder CreateWorkerBuilder(string[] args)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = args, ContentRootPath = AppContext.BaseDirectory });
        AddMasDefaults(builder, args);
        builder.Services.AddSetting<WorkerOptions>("Worker");
        builder.Services.AddHostedService<WorkerEndpoint>();
        return builder;
    }

    /// <summary>
    /// Settings (<c>appsettings.json</c> &lt; environment <c>MAS_Section__Name</c> &lt; command line), logging, metrics, time.
    /// </summary>
    private static void AddMasDefaults(IHostApplicationBuilder builder, string[] args)
    {
        builder.Configuration.Sources.Clear();
        builder.Configuration
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
            .AddEnvironmentVariables("MAS_")
            .AddCommandLine(args);
        AddLogging(builder);
        builder.Services.AddSetting<RedisOptions>("Redis");
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddTelemetry();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(10));
    }

    /// <summary>Binds a section of the settings, and validates it at the start.</summary>
    public static IServiceCollection AddSetting<T>(this IServiceCollection services, string section) where T : class
    {
        services.AddOptions<T>().BindConfiguration(section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<T>>().Value);
        return services;
    }

    /// <summary>Waits for Redis, and adds the connection as a service.</summary>
    public static async Task ConnectRedisAsync(this IHostApplicationBuilder builder)
    {
        using var loggers = LoggerFactory.Create(logging => Format(logging, builder.Configuration));
        var options = builder.Configuration.GetSection("Redis").Get<RedisOptions>() ?? new();
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        using var interrupted = new CancellationTokenSource();
        void Interrupt(object? sender, ConsoleCancelEventArgs e) => interrupted.Cancel();
        Console.CancelKeyPress += Interrupt;
        builder.Services.AddSingleton(await RedisConnection.ConnectAsync(options, loggers.CreateLogger<RedisConnection>(), interrupted.Token));
        Console.CancelKeyPress -= Interrupt;
    }

    /// <summary>
    /// Runs a process. A wrong setting ends it with one sentence and <see cref="WrongSetting"/> instead of a stack trace.
    /// </summary>
    public static async Task<int> RunAsync(Func<Task> main)
    {
        try
        {
            await main();
            return 0;
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
        catch (Exception e) when (SettingError(e) is { } sentence)
        {
            await Console.Error.WriteLineAsync($"MAS does not start: {sentence}");
            return WrongSetting;
        }
    }

    private static string? SettingError(Exception e) => e switch
    {
        OptionsValidationException options => string.Join(" ", options.Failures),
        ValidationException validation => validation.Message,
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } => e.Message,
        InvalidDataException or FormatException => e.Message,
        IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException } => e.Message + " Set another Server:Url, or stop what uses it.",
        _ => null,
    };

    private static void AddLogging(IHostApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        Format(builder.Logging, builder.Configuration);
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error);
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.Warning);
        // Otherwise each probe of /readyz logs a line while something is away. Its answer names what is away; a check logs unexpected errors itself.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
    }

    private static void Format(ILoggingBuilder logging, IConfiguration configuration)
    {
        switch (configuration["Log:Format"])
        {
            case null or "" or "text":
                logging.AddSimpleConsole(console =>
                {
                    console.SingleLine = true;
                    console.UseUtcTimestamp = true;
                    console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
                    console.ColorBehavior = LoggerColorBehavior.Default;
                });
                break;
            case "json":
                logging.AddJsonConsole(console =>
                {
                    console.UseUtcTimestamp = true;
                    console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
                    console.JsonWriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
                });
                break;
            case var other:
                throw new InvalidDataException($"The setting Log:Format is '{other}'; it must be 'text' or 'json'.");
        }
    }
}
