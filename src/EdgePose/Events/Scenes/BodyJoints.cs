using EdgePose.Domain;

namespace EdgePose.Events.Scenes;

/// <summary>Where the joints that the rules look at stand in a skeleton, found by name; -1 where the skeleton does not have one.</summary>
internal sealed class BodyJoints
{
    public BodyJoints(Skeleton skeleton)
    {
        int Find(string name) => skeleton.Joints.Take(skeleton.BodyJoints).ToList().IndexOf(name);
        (LeftShoulder, RightShoulder) = (Find("left_shoulder"), Find("right_shoulder"));
        (LeftHip, RightHip) = (Find("left_hip"), Find("right_hip"));
        (LeftKnee, RightKnee) = (Find("left_knee"), Find("right_knee"));
        (LeftAnkle, RightAnkle) = (Find("left_ankle"), Find("right_ankle"));
        (LeftWrist, RightWrist) = (Find("left_wrist"), Find("right_wrist"));
    }

    public int LeftShoulder { get; }
    public int RightShoulder { get; }
    public int LeftHip { get; }
    public int RightHip { get; }
    public int LeftKnee { get; }
    public int RightKnee { get; }
    public int LeftAnkle { get; }
    public int RightAnkle { get; }
    public int LeftWrist { get; }
    public int RightWrist { get; }
}
