using System.Runtime.InteropServices;
using EdgePose.Domain;
using EdgePose.Networks;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Families;
using EdgePose.Networks.Runtime;
using EdgePose.Networks.TopDown;

namespace EdgePose.Workshop.Models;

/// <summary>
/// Judges by a picture with people how well an assumption about a network fits, from 0 to about 1. Scores alone do not tell, for a network that
/// is fed wrongly may answer loudly: detectors have to find people where another network sees some, and joints have to be where the
/// mirrored picture has them too.
/// </summary>
internal sealed class ModelTrial(INetwork network, TrialPicture picture)
{
    private readonly TrialPicture _close = picture.Close();

    /// <summary>Overlap from which two boxes are one person; the boxes of joints are smaller than a detector's.</summary>
    private const float SameDetection = 0.5f, SamePerson = 0.3f;

    /// <summary>Part of a person's height by which a joint of the mirrored picture may differ, as one standard deviation.</summary>
    private const float JointTolerance = 0.05f;

    /// <summary>Where nobody knows the people: so many found are as good as all.</summary>
    private const int UnknownPeople = 4;

    /// <summary>How well the network does with pictures made into values as <paramref name="input"/> says.</summary>
    /// <exception cref="UserError">The outputs cannot be read.</exception>
    public float Judge(ModelInput input)
    {
        var other = new OtherInput(network, network.Descriptor with { Input = input });
        return Math.Clamp(input.Resize == ResizeRule.Crop ? Joints(other) : network.Descriptor.Task == ModelTask.Detect ? Boxes(other) : Poses(other), 0, 1);
    }

    private float Boxes(OtherInput other)
    {
        var found = new List<Detection>();
        EstimatorFactory.Detector(other).Detect(picture.Frame, found);
        return Share([.. found], SameDetection, picture);
    }

    private float Poses(OtherInput other)
    {
        var skeleton = Skeletons.Get(other.Descriptor.Skeleton);
        var poses = new PoseList(skeleton.Count);
        EstimatorFactory.WholeFrame(other, new BottomUpOptions { Profile = DecodeProfile.Fast }).Estimate(_close.Frame, poses);
        return Share([.. Enumerable.Range(0, poses.Count).Select(i => new Detection(poses[i].Box, poses[i].Score))], SamePerson, _close);
    }

    /// <summary>Part of the people that were found, weighted by the scores; a box must be of a size that a person can have.</summary>
    private static float Share(List<Detection> found, float iou, TrialPicture on)
    {
        if (on.People.Count > 0)
        {
            return on.People.Average(p => found.Where(f => f.Box.Iou(p.Box) >= iou).Select(f => MathF.Min(1, f.Score)).DefaultIfEmpty(0).Max());
        }
        var likely = found.Where(f => f.Box.Height >= 0.03f * on.Frame.Height && f.Box.Width >= 0.01f * on.Frame.Width);
        return likely.Select(f => MathF.Min(1, f.Score)).OrderDescending().Take(UnknownPeople).Sum() / UnknownPeople;
    }

    private float Joints(OtherInput other)
    {
        var skeleton = Skeletons.Get(other.Descriptor.Skeleton);
        List<Detection> people = picture.People.Count > 0 ? [.. picture.People]
            : [new Detection(new Box(0, 0, picture.Frame.Width - 1, picture.Frame.Height - 1), 1)];
        List<Detection> mirrored = [.. people.Select(p => picture.Mirror(p))];
        var estimator = EstimatorFactory.TopDown(other, null, new TopDownOptions());
        var (straight, turned) = (new PoseList(skeleton.Count), new PoseList(skeleton.Count));
        estimator.EstimateBoxes(picture.Frame, CollectionsMarshal.AsSpan(people), straight);
        estimator.EstimateBoxes(picture.Mirrored, CollectionsMarshal.AsSpan(mirrored), turned);
        return people.Select((p, i) => Agreement(straight[i], turned[i], skeleton, p.Box.Height)).Average();
    }

    private float Agreement(Pose straight, Pose turned, Skeleton skeleton, float height)
    {
        var (sum, tolerance) = (0f, 2 * height * JointTolerance * height * JointTolerance);
        for (var k = 0; k < skeleton.Count; k++)
        {
            var (a, b) = (straight.Points[k], turned.Points[skeleton.Flip[k]]);
            if (!a.IsFound || !b.IsFound) { continue; }
            var (dx, dy) = (a.X - (picture.Frame.Width - 1 - b.X), a.Y - b.Y);
            sum += MathF.Exp(-(dx * dx + dy * dy) / tolerance) * Math.Clamp(MathF.Min(a.Score, b.Score), 0, 1);
        }
        return sum / skeleton.Count;
    }
}
