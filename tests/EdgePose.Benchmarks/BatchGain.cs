using System.Diagnostics;
using System.Globalization;
using EdgePose.Networks.Models;
using EdgePose.Networks.Runtime;

namespace EdgePose.Benchmarks;

/// <summary>
/// What batches gain: time per picture of one network at several batch sizes, measured in turns in one process. Prints the best and the
/// median time and the processor time; on a machine that others use, only the last two columns that agree mean something.
/// </summary>
internal static class BatchGain
{
    private static readonly int[] Batches = [1, 2, 4, 8];

    public static int Run(string[] args)
    {
        if (args.Length < 1)
        {
            Console.Error.WriteLine("usage: batch MODEL [--models DIR] [--threads N] [--rounds N] [--provider NAME]");
            return 2;
        }
        string Option(string name, string otherwise) => Array.IndexOf(args, name) is >= 0 and var i && i + 1 < args.Length ? args[i + 1] : otherwise;
        int Number(string name, int otherwise) => int.Parse(Option(name, otherwise.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);
        var options = new InferenceSettings { Providers = [Option("--provider", "cpu")], Threads = Number("--threads", 2) };
        using var store = ModelStore.Load(Option("--models", "") is { Length: > 0 } folder ? [folder] : [], options);
        var session = store.Open(store.Catalog.Get(args[0]));
        var input = session.Descriptor.Input;
        var bindings = Batches.Select(b => session.Bind(b, input.Height, input.Width)).ToList();
        var random = new Random(1);
        foreach (var binding in bindings)
        {
            for (var i = 0; i < binding.Input.Length; i++) { binding.Input[i] = random.NextSingle(); }
        }
        var (wall, processor) = (Batches.Select(_ => new List<double>()).ToList(), Batches.Select(_ => new List<double>()).ToList());
        for (var round = 0; round < Number("--rounds", 40); round++)
        {
            for (var i = 0; i < bindings.Count; i++)
            {
                // Eight pictures each, in one run or in several.
                var (start, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
                for (var done = 0; done < Batches[^1]; done += Batches[i]) { bindings[i].Run(); }
                wall[i].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds / Batches[^1]);
                processor[i].Add((Environment.CpuUsage.TotalTime - used).TotalMilliseconds / Batches[^1]);
            }
        }
        Console.WriteLine($"{args[0]} {input.Width}x{input.Height}, {session.Provider}, {options.Threads} threads, milliseconds per picture");
        for (var i = 0; i < Batches.Length; i++)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"batch {Batches[i]}: best {wall[i].Min():0.00}, median {Median(wall[i]):0.00}, processor best {processor[i].Min():0.00}, median {Median(processor[i]):0.00}"));
        }
        return 0;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
