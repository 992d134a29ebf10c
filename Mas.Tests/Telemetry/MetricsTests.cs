using System.Net;
using Mas.Tests.Client;
using Mas.Tests.EndToEnd;
using Mas.Tests.Harness;

namespace Mas.Tests.Telemetry;

/// <summary><c>/metrics</c> of a server and of a worker: standard names, with types, help and buckets.</summary>
[Collection(SharedSystem.Name)]
public sealed class MetricsTests(SharedSystem shared)
{
    private static readonly double[] Seconds = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
    private static readonly double[] Entries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

    [Fact]
    public async Task Server_AfterAMessage_ServesItsMetricsUnderStandardNames()
    {
        using var http = new MasHttp(shared.Mas.Address);
        var client = await shared.Mas.NewClientAsync("metrics");
        await client.SayAsync(await client.CreateAsync(Steps.NewName("metrics")), "counted");

        var answer = await http.GetAsync("/metrics");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Headers["content-type"]);
        var metrics = PrometheusText.Parse(answer.Text);
        Assert.Equal("mas-server", metrics["target_info"].Samples.Single().Labels["service_name"]);
        AssertIs("gauge", metrics, "mas_sessions", "mas_inbox_depth", "mas_dead_letter_depth", "mas_lease_held", "mas_outbox_depth");
        AssertIs("counter", metrics, "mas_requests_total", "mas_frames_sent_total", "mas_delivered_total");
        AssertIs("histogram", metrics, "mas_request_duration_seconds", "mas_outbox_batch_size");
        Assert.Equal(Seconds, metrics["mas_request_duration_seconds"].Bounds);
        Assert.Equal(Entries, metrics["mas_outbox_batch_size"].Bounds);
        var sends = metrics["mas_requests_total"].Samples.Where(sample => sample.Labels["type"] == "SEND" && sample.Labels["status"] == "queued");
        Assert.True(Assert.Single(sends).Value >= 1);
        Assert.Equal(1, Assert.Single(metrics["mas_lease_held"].Samples, sample => sample.Labels["endpoint"] == "loopbackparser").Value);
        Assert.Contains("dotnet_gc_collections_total", metrics.Keys);
    }

    [Fact]
    public async Task Server_WhenADepthCannotBeRead_ServesTheOtherMetrics()
    {
        const string Dead = "inbox:connectionmanager:dead";
        using var http = new MasHttp(shared.Mas.Address);
        await shared.Mas.Redis.Database.StringSetAsync(Dead, "not a list");
        try
        {
            var answer = await http.GetAsync("/metrics");

            Assert.Equal(HttpStatusCode.OK, answer.Status);
            var metrics = PrometheusText.Parse(answer.Text);
            Assert.Contains("mas_sessions", metrics.Keys);
            Assert.DoesNotContain("mas_dead_letter_depth", metrics.Keys);
        }
        finally
        {
            await shared.Mas.Redis.Database.KeyDeleteAsync(Dead);
        }
    }

    [Fact]
    public async Task Worker_WithAMetricsUrl_ServesItsOwn()
    {
        var url = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        await using var mas = await MasSystem.StartAsync(new MasSystemOptions { Settings = new Dictionary<string, string> { ["Worker:MetricsUrl"] = url.ToString() } });
        var alice = await mas.NewClientAsync("alice");
        await alice.SayAsync(await alice.CreateAsync("tea"), "hello");
        using var worker = new MasHttp(url);

        var live = await worker.GetAsync("/healthz");
        Assert.Equal((HttpStatusCode.OK, "ok\n"), (live.Status, live.Text));
        // What a batch took is counted when it is done, which is after its answers have gone out.
        await Eventually.PassesAsync(async () =>
        {
            var metrics = PrometheusText.Parse((await worker.GetAsync("/metrics")).Text);
            Assert.Equal("mas-loopback", metrics["target_info"].Samples.Single().Labels["service_name"]);
            AssertIs("histogram", metrics, "mas_inbox_batch_size", "mas_inbox_batch_duration_seconds");
            Assert.Equal(Seconds, metrics["mas_inbox_batch_duration_seconds"].Bounds);
            Assert.Equal(Entries, metrics["mas_inbox_batch_size"].Bounds);
            var handled = Assert.Single(metrics["mas_inbox_batch_size"].Samples, sample => sample.Name == "mas_inbox_batch_size_sum");
            Assert.Equal("loopbackparser", handled.Labels["endpoint"]);
            Assert.True(handled.Value >= 2);
            Assert.Equal(1, metrics["mas_messages_posted_total"].Samples.Single().Value);
        });
    }

    [Theory]
    [InlineData("OtlpEndpoint", "collector:4318")]
    [InlineData("Protocol", "udp")]
    [InlineData("SampleRatio", "1.5")]
    [InlineData("OtlpHeaders", "s3cr3t")]
    [InlineData("OtlpHeaders", "api-key=s3cr3t,")]
    [InlineData("OtlpHeaders", "api key=s3cr3t")]
    public async Task Server_WithAWrongTelemetrySetting_SaysSoAndDoesNotStart(string setting, string value)
    {
        await using var server = MasProcess.Start("Mas.Server", new Dictionary<string, string>
        {
            ["Redis:Endpoint"] = shared.Mas.Redis.Endpoint,
            [$"Telemetry:{setting}"] = value,
        });

        await server.Process.WaitForExitAsync();

        Assert.Equal(2, server.Process.ExitCode);
        Assert.Contains($"Telemetry:{setting}", server.Process.LogTail, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", server.Process.LogTail, StringComparison.Ordinal);
    }

    private static void AssertIs(string type, IReadOnlyDictionary<string, PrometheusFamily> metrics, params string[] names)
    {
        foreach (var name in names)
        {
            Assert.True(metrics.TryGetValue(name, out var family), $"{name} is missing from {string.Join(' ', metrics.Keys)}");
            Assert.Equal(type, family.Type);
            Assert.NotEmpty(family.Help);
        }
    }
}
