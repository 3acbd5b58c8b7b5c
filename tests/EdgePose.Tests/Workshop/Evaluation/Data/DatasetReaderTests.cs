using EdgePose.Domain;
using EdgePose.TestSupport;
using EdgePose.Workshop.Evaluation.Data;

namespace EdgePose.Tests.Workshop.Evaluation.Data;

public sealed class DatasetReaderTests : IDisposable
{
    private const string Coco = """
        {"images": [{"id": 7, "file_name": "b.jpg", "width": 64, "height": 48}, {"id": 3, "file_name": "a.jpg", "width": 64, "height": 48}],
         "annotations": [{"id": 1, "image_id": 7, "category_id": 1, "bbox": [1, 2, 30, 40], "area": 500.5, "iscrowd": 0, "num_keypoints": 1,
           "segmentation": [[1, 2, 3]], "keypoints": [5,6,2, 0,0,0, 0,0,0, 0,0,0, 0,0,0, 0,0,0, 0,0,0, 0,0,0, 0,0,0, 0,0,0, 0,0,0, 0,0,0, 0,0,0, 0,0,0, 0,0,0, 0,0,0, 0,0,0]},
          {"id": 2, "image_id": 3, "category_id": 1, "bbox": [0, 0, 64, 48], "area": 900, "iscrowd": 1, "num_keypoints": 0, "segmentation": {"counts": [1]}},
          {"id": 3, "image_id": 3, "category_id": 18, "bbox": [0, 0, 9, 9]}],
         "categories": [{"id": 1, "name": "person"}]}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-data-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Read_Coco_GivesImagesByIdAndPeople()
    {
        var data = DatasetReader.Read(Write(Coco));
        Assert.Equal([3, 7], data.Images.Select(i => i.Id));
        Assert.Equal(Skeletons.Coco17, data.Skeleton);
        Assert.Equal(2, data.People.Count);
        var person = data.People[0];
        Assert.Equal((1, 7, 500.5, false, 1), (person.Id, person.Image, person.Area, person.IsCrowd, person.Labelled));
        Assert.Equal([5, 6, 2], person.Points[..3]);
        Assert.True(data.People[1].IsCrowd);
        Assert.Equal(64, data.Sha256.Length);
        Assert.False(data.IsCrowdPose);
    }

    [Fact]
    public void Take_FirstImages_KeepsTheirPeople()
    {
        var data = DatasetReader.Read(Write(Coco)).Take(1);
        Assert.Equal([3], data.Images.Select(i => i.Id));
        Assert.Equal([2], data.People.Select(p => p.Id));
    }

    [Theory]
    [InlineData("{\"images\": [1,", "is not a COCO annotation file at line 1")]
    [InlineData("[]", "is not a COCO annotation file")]
    [InlineData("{\"images\": []}", "lists no images")]
    [InlineData("{\"images\": [{\"id\": 1, \"width\": 5, \"height\": 5}]}", "has no annotations")]
    [InlineData("{\"images\": [{\"id\": 1, \"width\": 5}], \"annotations\": []}", "images[0]: needs id, width and height")]
    [InlineData("{\"images\": [{\"id\": 1, \"width\": 5, \"height\": 5}, {\"id\": 1, \"width\": 5, \"height\": 5}], \"annotations\": []}", "images[1]: has the id 1")]
    [InlineData("{\"images\": [{\"id\": 1, \"width\": 5, \"height\": 5}], \"annotations\": []}", "no key-point data set")]
    [InlineData("{\"images\": [{\"id\": 1, \"width\": 5, \"height\": 5}], \"annotations\": [{\"id\": 4, \"keypoints\": [1,2,3]}]}", "the joint layout (1 joints) is not known")]
    public void Read_NotSuchAFile_SaysWhatAndWhere(string text, string expected) => AssertWrong(text, expected);

    [Theory]
    [InlineData("\"image_id\": 7", "\"image_id\": 8", "annotations[0] (id 1): image_id 8 is not among the images")]
    [InlineData("[1, 2, 30, 40]", "[1, 2, 30]", "annotations[0] (id 1): bbox must be")]
    [InlineData("[1, 2, 30, 40]", "[1, 2, -30, 40]", "annotations[0] (id 1): bbox must be")]
    [InlineData("\"id\": 2, \"image_id\"", "\"id\": 1, \"image_id\"", "annotations[1] (id 1): has the id of an earlier one")]
    [InlineData("500.5", "\"big\"", "$.annotations[0].area")]
    [InlineData("500.5", "-1", "area must not be negative")]
    [InlineData("5,6,2, 0,0,0, 0,0,0,", "5,6,2,", "the joint layout (15 joints) is not known")]
    [InlineData("\"segmentation\": {\"counts\": [1]}", "\"keypoints\": [1, 2, 3]", "annotations[1] (id 2): has 3 key-point values, 51 are expected")]
    public void Read_BadAnnotation_SaysWhatAndWhere(string old, string replacement, string expected) => AssertWrong(Coco.Replace(old, replacement, StringComparison.Ordinal), expected);

    [Fact]
    public void Read_NoFile_IsASourceError() => Assert.Equal(ExitCode.Source, Assert.Throws<UserError>(() => DatasetReader.Read("/none/such.json")).Code);

    [Fact]
    public void Read_RandomDamage_IsAUserErrorOrFine()
    {
        var random = new Random(17);
        for (var round = 0; round < 400; round++)
        {
            var bytes = System.Text.Encoding.UTF8.GetBytes(Coco);
            for (var n = random.Next(1, 6); n > 0; n--) { bytes[random.Next(bytes.Length)] = (byte)random.Next(32, 127); }
            var path = Path.Combine(_folder, "damaged.json");
            File.WriteAllBytes(path, bytes[..random.Next(bytes.Length / 2, bytes.Length + 1)]);
            if (Record.Exception(() => DatasetReader.Read(path)) is { } e) { Assert.IsType<UserError>(e); }
        }
    }

    [Fact]
    public void Read_CrowdPose_HasItsJointsAndCrowdIndex()
    {
        var data = DatasetReader.Read(Repo.Shared("media/crowdpose/crowdpose_keypoints.json"));
        Assert.Equal(Skeletons.CrowdPose14, data.Skeleton);
        Assert.True(data.IsCrowdPose);
        Assert.All(data.People, p => Assert.Null(p.Area));
    }

    [Fact]
    public void Read_Clip_HasTracksAndFrames()
    {
        var data = DatasetReader.Read(Repo.Shared("media/panzoom/skate.gt.json"));
        Assert.Equal(Enumerable.Range(0, 300), data.Images.Select(i => i.FrameIndex!.Value));
        Assert.Contains(data.People, p => p.Track == 3 && p.Inside < 1);
    }

    [Fact]
    public void Common_CocoAndCrowdPose_AreTheTwelveBodyJoints() => Assert.Equal(
        Enumerable.Range(0, 12).Select(i => (i + 5, i)), JointNames.Common(Skeletons.Coco17, Skeletons.CrowdPose14));

    [Theory]
    [InlineData("Head,neck")]
    [InlineData("head_top,upper neck")]
    public void LayoutOf_OtherNamesForHeadAndNeck_IsCrowdPose(string last)
    {
        var names = Skeletons.CrowdPose14.Joints.Take(12).Concat(last.Split(',')).ToArray();
        Assert.Equal(Skeletons.CrowdPose14, JointNames.LayoutOf(names, 14));
        Assert.Null(JointNames.LayoutOf([.. names.Reverse()], 14));
    }

    private string Write(string text)
    {
        var path = Path.Combine(_folder, "data.json");
        File.WriteAllText(path, text);
        return path;
    }

    private void AssertWrong(string text, string expected)
    {
        var e = Assert.Throws<UserError>(() => DatasetReader.Read(Write(text)));
        Assert.Equal(ExitCode.Source, e.Code);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.Contains("data.json", e.Message, StringComparison.Ordinal);
    }
}
