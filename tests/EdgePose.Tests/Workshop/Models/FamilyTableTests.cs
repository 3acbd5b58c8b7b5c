using EdgePose.TestSupport;
using EdgePose.Workshop.Models;

namespace EdgePose.Tests.Workshop.Models;

public sealed class FamilyTableTests
{
    [Fact]
    public void Readme_HasTheTableOfTheRows()
    {
        var readme = File.ReadAllText(Path.Combine(Repo.Root, "models", "README.md")).ReplaceLineEndings("\n");
        Assert.True(readme.Contains($"<!-- families -->\n{FamilyTable.Write()}<!-- /families -->\n", StringComparison.Ordinal),
            "models/README.md differs from the rows of ModelFamilies; run: ./build.sh docs");
    }
}
