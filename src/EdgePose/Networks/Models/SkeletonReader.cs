using EdgePose.Domain;
using EdgePose.Settings;

namespace EdgePose.Networks.Models;

/// <summary>Reads the joint layout of a descriptor: the name of a known one, or one of the user's own with the names of its joints.</summary>
internal static class SkeletonReader
{
    /// <summary>Empty for a detector, and where it is wrong, which is reported.</summary>
    public static string Read(Section root)
    {
        var joints = root.List("joints", [], [], Section.CheckId, FurtherSkeletons.MostPoints,
            new Doc("Names of the joints of a layout that is not known, in the order of the network; left_ and right_ tell the sides."));
        var limbs = root.List("limbs", [], [], t => t.Split(':').Length == 2 ? null : "two joints such as neck:head", FurtherSkeletons.MostPoints,
            new Doc("Limbs of such a layout for drawing, each as joint:joint."));
        var name = root.Text("skeleton", "", t => joints.Count > 0 ? Section.CheckId(t) : Skeletons.IsKnown(t) ? null : Skeletons.Choices,
            new Doc("Joint layout: a known one, pointsN for N joints without names, or a name of your own with joints. Required for pose models.")
            {
                Pattern = Scalars.IdPattern,
            });
        if (joints.Count == 0)
        {
            if (limbs.Count > 0) { root.Error("limbs", "limbs need the names of the joints (joints)"); }
            return name;
        }
        if (Skeletons.IsKnown(name))
        {
            root.Error("skeleton", $"{name} is a known layout with joints of its own; choose another name");
            return name;
        }
        if (name.Length > 0 && Links(root, joints, limbs) is { } links && FurtherSkeletons.Bring(name, [.. joints], links) is null)
        {
            root.Error("skeleton", $"another descriptor calls a layout {name} that has other joints or limbs; choose another name");
        }
        return name;
    }

    private static (int, int)[]? Links(Section root, IReadOnlyList<string> joints, IReadOnlyList<string> limbs)
    {
        var links = new List<(int, int)>();
        foreach (var limb in limbs)
        {
            var ends = limb.Split(':');
            var (a, b) = (Index(ends[0]), Index(ends[1]));
            if (a < 0 || b < 0)
            {
                root.Error("limbs", $"there is no joint {(a < 0 ? ends[0] : ends[1])}");
                return null;
            }
            links.Add((a, b));
        }
        return [.. links];

        int Index(string joint) => joints.ToList().IndexOf(joint);
    }
}
