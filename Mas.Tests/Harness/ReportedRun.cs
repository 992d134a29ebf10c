using System.Globalization;
using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestFramework(typeof(Mas.Tests.Harness.ReportedRun))]

namespace Mas.Tests.Harness;

/// <summary>
/// xunit's own framework, which also appends what happens to the file that <c>MAS_TEST_REPORT</c> names, as it happens. <c>scripts/test</c>
/// counts by it, so that a run that is broken off has counted what ran. Fields are separated by tabs: <c>total N</c>, then
/// <c>begin ID NAME</c>, and <c>passed|failed|skipped ID NAME SECONDS</c>.
/// </summary>
public sealed class ReportedRun : XunitTestFramework
{
    /// <inheritdoc/>
    protected override ITestFrameworkExecutor CreateExecutor(Assembly assembly)
    {
        var executor = base.CreateExecutor(assembly);
        return Environment.GetEnvironmentVariable("MAS_TEST_REPORT") is { Length: > 0 } path ? new Executor(executor, path) : executor;
    }

    private sealed class Executor(ITestFrameworkExecutor executor, string path) : ITestFrameworkExecutor, IAsyncDisposable
    {
        public async ValueTask RunTestCases(
            IReadOnlyCollection<ITestCase> testCases,
            IMessageSink executionMessageSink,
            ITestFrameworkExecutionOptions executionOptions,
            CancellationToken? cancellationToken)
        {
            await using var file = new StreamWriter(path, append: true) { AutoFlush = true };
            var report = new Report(file, executionMessageSink);
            report.Write("total", testCases.Count.ToString(CultureInfo.InvariantCulture));
            await executor.RunTestCases(testCases, report, executionOptions, cancellationToken);
        }

        public ValueTask DisposeAsync() => executor is IAsyncDisposable disposable ? disposable.DisposeAsync() : ValueTask.CompletedTask;
    }

    private sealed class Report(TextWriter file, IMessageSink runner) : IMessageSink
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<string, string> _names = [];

        public bool OnMessage(IMessageSinkMessage message)
        {
            switch (message)
            {
                case ITestStarting test:
                    lock (_lock)
                        _names[test.TestUniqueID] = test.TestDisplayName;
                    Write("begin", test.TestUniqueID, test.TestDisplayName);
                    break;
                case ITestPassed test:
                    Ended("passed", test);
                    break;
                case ITestFailed test:
                    Ended("failed", test);
                    break;
                case ITestSkipped test:
                    Ended("skipped", test);
                    break;
                // A fixture that can't be disposed, or a defect of the runner: it belongs to no test.
                case ITestAssemblyCleanupFailure or ITestCollectionCleanupFailure or ITestClassCleanupFailure or ITestMethodCleanupFailure
                    or ITestCaseCleanupFailure or ITestCleanupFailure or IErrorMessage:
                    Write("failed", "-", message.GetType().Name, "0");
                    break;
            }
            return runner.OnMessage(message);
        }

        /// <summary>A line of the file; what would break the line or its fields is replaced.</summary>
        public void Write(params ReadOnlySpan<string> fields)
        {
            var line = string.Join('\t', fields.ToArray().Select(field => field.Replace('\t', ' ').ReplaceLineEndings(" ")));
            lock (_lock)
                file.WriteLine(line);
        }

        private void Ended(string how, ITestResultMessage test)
        {
            string name;
            lock (_lock)
                name = _names.GetValueOrDefault(test.TestUniqueID, "");
            Write(how, test.TestUniqueID, name, test.ExecutionTime.ToString("0.000", CultureInfo.InvariantCulture));
        }
    }
}
