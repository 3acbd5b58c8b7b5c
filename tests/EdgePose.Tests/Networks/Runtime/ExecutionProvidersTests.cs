using EdgePose.Domain;
using EdgePose.Networks.Families.Simcc;
using EdgePose.Networks.Runtime;

namespace EdgePose.Tests.Networks.Runtime;

/// <summary>The chain of providers on a machine whose library computes on the CPU alone.</summary>
public sealed class ExecutionProvidersTests
{
    private static readonly byte[] Model = TinyModel.Simcc(17, 32, 24);
    private static readonly ModelDescriptor Descriptor = TinyModel.Describe(SimccFamily.Kind, 24, 32, "coco17");

    private static InferenceSettings Chain(params string[] providers) => new() { Providers = providers, Threads = 1 };

    [Theory]
    [InlineData("tensorrt")]
    [InlineData("cuda")]
    [InlineData("qnn")]
    public void Open_ProviderThatDoesNotStart_FallsBackAndSaysWhy(string provider)
    {
        using var session = TinyModel.Open(Descriptor, Model, 17, Chain(provider, "cpu"));
        Assert.SkipUnless(session.Provider == "cpu", $"{provider} works here");
        Assert.StartsWith($"{provider}: ", Assert.Single(session.Fallbacks), StringComparison.Ordinal);
        Assert.True(session.Fallbacks[0].Length > provider.Length + 20, session.Fallbacks[0]);
    }

    [Fact]
    public void Open_SeveralProvidersThatDoNotStart_NamesEachInOrder()
    {
        using var session = TinyModel.Open(Descriptor, Model, 17, Chain("qnn", "tensorrt", "cuda", "cpu"));
        Assert.SkipUnless(session.Provider == "cpu", "an accelerator works here");
        Assert.Equal(["qnn", "tensorrt", "cuda"], session.Fallbacks.Select(f => f.Split(':')[0]));
    }

    [Fact]
    public void Open_ChainWithoutCpu_DoesNotFallBackToIt()
    {
        var e = Assert.Throws<UserError>(() => TinyModel.Open(Descriptor, Model, 17, Chain("qnn")));
        Assert.Equal(ExitCode.Model, e.Code);
        Assert.Contains("does not start: qnn: ", e.Message, StringComparison.Ordinal);
        Assert.Contains("providers: [cpu]", e.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("qnn", "cpu")]
    [InlineData("auto")]
    public void Open_RequiredProviderThatDoesNotStart_EndsWithItsReason(params string[] chain)
    {
        var e = Assert.Throws<UserError>(() => TinyModel.Open(Descriptor, Model, 17, Chain(chain) with { RequireProvider = "qnn" }));
        Assert.Equal(ExitCode.Model, e.Code);
        Assert.Matches("does not start on the required qnn: qnn: .{10,}", e.Message);
    }

    [Fact]
    public void Open_RequiredProviderBehindOneThatWorks_IsRefused()
    {
        var e = Assert.Throws<UserError>(() => TinyModel.Open(Descriptor, Model, 17, Chain("cpu", "qnn") with { RequireProvider = "qnn" }));
        Assert.Equal(ExitCode.Model, e.Code);
        Assert.Contains("started on cpu, not on the required qnn", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_RequiredProviderOutsideTheChain_IsRefused()
    {
        var e = Assert.Throws<UserError>(() => TinyModel.Open(Descriptor, Model, 17, Chain("cpu") with { RequireProvider = "cuda" }));
        Assert.Equal(ExitCode.Model, e.Code);
        Assert.Contains("cuda is required, but the providers to use are cpu", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_RequiredCpu_Runs()
    {
        using var session = TinyModel.Open(Descriptor, Model, 17, Chain("auto") with { RequireProvider = "cpu", Providers = ["cpu"] });
        Assert.Equal("cpu", session.Provider);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Open_UnknownProvider_IsAConfigurationError(bool required)
    {
        var options = required ? Chain("auto") with { RequireProvider = "cude" } : Chain("cude", "cpu");
        var e = Assert.Throws<UserError>(() => TinyModel.Open(Descriptor, Model, 17, options));
        Assert.Equal(ExitCode.Configuration, e.Code);
        Assert.Contains("\"cude\"", e.Message, StringComparison.Ordinal);
        Assert.Contains("tensorrt, cuda, qnn, cpu", e.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OptionThatAProviderDoesNotKnow_IsAFallbackWithItsText()
    {
        var options = Chain("cuda", "cpu") with
        {
            ProviderOptions = new Dictionary<string, IReadOnlyDictionary<string, string>> { ["cuda"] = new Dictionary<string, string> { ["no_such_option"] = "1" } },
        };
        using var session = TinyModel.Open(Descriptor, Model, 17, options);
        Assert.SkipUnless(session.Provider == "cpu", "CUDA works here");
        Assert.Single(session.Fallbacks);
    }

    [Fact]
    public void Open_PluginLibraryThatIsMissing_FallsBackAndNamesIt()
    {
        var options = Chain("npu", "cpu") with { PluginLibraries = new Dictionary<string, string> { ["npu"] = "/no/such/libnpu.so" } };
        using var session = TinyModel.Open(Descriptor, Model, 17, options);
        Assert.Equal("cpu", session.Provider);
        Assert.Contains("/no/such/libnpu.so", Assert.Single(session.Fallbacks), StringComparison.Ordinal);
    }

    [Fact]
    public void Chain_Auto_EndsWithCpuAndHoldsPlugins()
    {
        OrtRuntime.Initialize("");
        var options = new InferenceSettings { PluginLibraries = new Dictionary<string, string> { ["qnn"] = "/x.so", ["npu"] = "/y.so" } };
        var chain = ExecutionProviders.Chain(options);
        Assert.Equal("cpu", chain[^1]);
        Assert.Contains("qnn", chain);
        Assert.Contains("npu", chain);
        Assert.Equal(chain.Distinct(), chain);
        Assert.Equal(["cuda", "cpu"], ExecutionProviders.Chain(Chain("cuda", "cpu", "cuda")));
    }
}
