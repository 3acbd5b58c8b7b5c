using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using EdgePose.TestSupport;
using Xunit.Abstractions;

namespace EdgePose.Repository;

/// <summary>Limits that keep the source readable in one sitting.</summary>
public sealed class SizeTests(ITestOutputHelper output)
{
    private const int FileLimit = 400;
    private const int MethodLimit = 60;

    [Fact]
    public void SourceFiles_StayBelowTheLimit()
    {
        var files = SourceTree.CSharp("").Select(f => (File: f, Lines: SourceTree.Lines(f).Length)).ToList();
        foreach (var folder in files.GroupBy(f => string.Join('/', f.File.Split('/')[..^1].Take(2))))
        {
            output.WriteLine($"{folder.Key}: {folder.Count()} files, {folder.Sum(f => f.Lines)} lines, mean {folder.Average(f => f.Lines):0}");
        }
        Assert.All(files, f => Assert.True(f.Lines <= FileLimit, $"{f.File} has {f.Lines} lines; the limit is {FileLimit}"));
    }

    [Theory]
    [InlineData("src/EdgePose/Program.cs", 40)]
    [InlineData("src/EdgePose/Hosting/Pipeline.cs", 250)]
    public void File_StaysBelowItsOwnLimit(string file, int limit)
    {
        Repo.SkipUnless(SourceTree.Files.Contains(file), $"there is no {file}");
        Assert.InRange(SourceTree.Lines(file).Length, 1, limit);
    }

    [Fact]
    public void Domain_StaysBelowItsLimit() => Assert.InRange(SourceTree.CSharp("src/EdgePose/Domain/").Sum(f => SourceTree.Lines(f).Length), 1, 700);

    [Theory]
    [InlineData("edgepose.pdb")]
    [InlineData("EdgePose.ModelTools.pdb")]
    public void Methods_StayBelowTheLimit(string symbols)
    {
        var methods = MethodLengths(Path.Combine(AppContext.BaseDirectory, symbols)).ToList();
        Assert.True(methods.Count > 0 || symbols.StartsWith("EdgePose.Model", StringComparison.Ordinal), "no symbols were read");
        var tooLong = methods.Where(m => m.Lines > MethodLimit).Select(m => $"{m.File}:{m.First}: {m.Lines} lines").ToList();
        Assert.True(tooLong.Count == 0, $"methods above {MethodLimit} lines:\n{string.Join('\n', tooLong)}");
    }

    /// <summary>The lines that each method with a body spans, from the debug symbols; code that tools generated is left out.</summary>
    private static IEnumerable<(string File, int First, int Lines)> MethodLengths(string symbols)
    {
        using var provider = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(symbols));
        var reader = provider.GetMetadataReader();
        using var image = new PEReader(File.OpenRead(Path.ChangeExtension(symbols, ".dll")));
        var types = image.GetMetadataReader();
        foreach (var handle in reader.MethodDebugInformation)
        {
            // A type initialiser holds the tables of a type, wherever they stand in its file.
            if (types.GetString(types.GetMethodDefinition(handle.ToDefinitionHandle()).Name) == ".cctor") { continue; }
            var method = reader.GetMethodDebugInformation(handle);
            var all = method.GetSequencePoints().Where(p => !p.IsHidden).ToList();
            // A constructor of a partial type also initialises fields of the generated part.
            var points = all.Where(p => p.Document == all[0].Document).ToList();
            if (points.Count == 0) { continue; }
            var file = Path.GetRelativePath(Repo.Root, reader.GetString(reader.GetDocument(points[0].Document).Name));
            if (!file.StartsWith("src", StringComparison.Ordinal)) { continue; }
            yield return (file, points.Min(p => p.StartLine), points.Max(p => p.EndLine) - points.Min(p => p.StartLine) + 1);
        }
    }
}
