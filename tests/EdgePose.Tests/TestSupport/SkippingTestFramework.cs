using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace EdgePose.TestSupport;

/// <summary>
/// Reports a test as skipped when it throws what <see cref="Repo.SkipUnless"/> throws. xunit 2 decides about skipping at discovery and
/// would call such a test failed; only its assertion library knows the message prefix. The project files name this class.
/// </summary>
internal sealed class SkippingTestFramework(IMessageSink diagnostics) : XunitTestFramework(diagnostics)
{
    protected override ITestFrameworkExecutor CreateExecutor(AssemblyName assemblyName) =>
        new Executor(assemblyName, SourceInformationProvider, DiagnosticMessageSink);

    private sealed class Executor(AssemblyName assembly, ISourceInformationProvider sources, IMessageSink diagnostics)
        : XunitTestFrameworkExecutor(assembly, sources, diagnostics)
    {
        protected override async void RunTestCases(
            IEnumerable<IXunitTestCase> testCases, IMessageSink executionMessageSink, ITestFrameworkExecutionOptions executionOptions)
        {
            using var runner = new XunitTestAssemblyRunner(
                TestAssembly, testCases, DiagnosticMessageSink, new SkipSink(executionMessageSink), executionOptions);
            await runner.RunAsync();
        }
    }

    /// <summary>The reason to skip for what a test threw; null when it is a failure.</summary>
    internal static string? SkipReason(IReadOnlyList<string> messages) =>
        messages is [var text, ..] && text.StartsWith(Repo.SkipPrefix, StringComparison.Ordinal) ? text[Repo.SkipPrefix.Length..] : null;

    private sealed class SkipSink(IMessageSink inner) : LongLivedMarshalByRefObject, IMessageSink
    {
        public bool OnMessage(IMessageSinkMessage message) =>
            message is ITestFailed failed && SkipReason(failed.Messages) is { } reason
                ? inner.OnMessage(new TestSkipped(failed.Test, reason))
                : inner.OnMessage(message);
    }
}
