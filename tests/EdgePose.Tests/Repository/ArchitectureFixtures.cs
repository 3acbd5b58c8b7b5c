// Types that break the rule of dependencies on purpose (and two that keep it), as food for ArchitectureTests. Never called.
#pragma warning disable IDE0130 // the namespace is the point
using System.Runtime.InteropServices;
using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Events.Fixtures
{
    internal sealed class FieldOfAnotherFeature(object network) { public INetwork Network = (INetwork)network; }

    internal static class BodyThatCallsAnotherFeature
    {
        public static string Name(object network) => ((INetwork)network).Descriptor.ToString()!;
    }

    internal static class LambdaThatCallsAnotherFeature
    {
        public static Func<object, bool> Test => o => o is INetwork;
    }

    internal static class AsyncMethodWithAnotherFeature
    {
        public static async Task<bool> TestAsync(object o)
        {
            await Task.Yield();
            return o is Sinks.Mqtt.MqttVersion.V5;
        }
    }

    internal static class GenericArgumentOfAnotherFeature
    {
        public static object Make() => Array.Empty<Sinks.Mqtt.MqttMessage>();
    }

    internal abstract class FrameHolder { public abstract Frame? Last { get; } }

    internal static class SlotReader
    {
        public static bool Full(object slot) => ((FrameSlot)slot).HasFrame;
    }

    internal sealed class ForeignPackage { public void Run() => Assert.True(true); }

    internal static class OnnxRuntimeOutsideInference
    {
        public static object Options() => new Microsoft.ML.OnnxRuntime.SessionOptions();
    }

    internal static class GoodNeighbour
    {
        public static async Task<float> WidthAsync(IEnumerable<Box> boxes)
        {
            await Task.Yield();
            return boxes.Select(b => b.GetHashCode()).FirstOrDefault();
        }
    }
}

namespace EdgePose.Networks.Runtime.Fixtures
{
    internal static class FrameUser
    {
        public static int Bytes(Frame frame) => frame.Pixels.Length + new Microsoft.ML.OnnxRuntime.SessionOptions().GetHashCode();
    }
}

namespace EdgePose.Sinks.Fixtures
{
    internal static class MqttClientOutsideItsFolder
    {
        public static string ClientId => new MQTTnet.MqttClientOptions().ClientId;
    }

    internal static partial class NativeCallOfItsOwn
    {
        [LibraryImport("libanother.so.1", EntryPoint = "another_init")]
        public static partial int Init();
    }
}

namespace EdgePose.Domain.Fixtures
{
    internal static class ValueThatReadsFiles
    {
        public static bool Exists(string path) => File.Exists(path);
    }

    internal static class ValueThatKnowsItsUser
    {
        public static Type User => typeof(Events.Fixtures.GoodNeighbour);
    }
}

namespace EdgePose.Unheard.Fixtures
{
    internal sealed class NewArea;
}
