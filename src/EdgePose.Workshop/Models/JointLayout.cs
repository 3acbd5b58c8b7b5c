using EdgePose.Domain;

namespace EdgePose.Workshop.Models;

/// <summary>The joint layout of a network that only says how many joints it has.</summary>
internal static class JointLayout
{
    /// <summary>The layout that the user names, or the first with as many joints; empty for a detector.</summary>
    /// <exception cref="UserError">There is none, or it has another number of joints.</exception>
    public static string Of(AdoptionRequest request, ModelKind kind, int joints, ProbedModel probed)
    {
        if (joints == 0)
        {
            return request.Skeleton.Length == 0 ? ""
                : throw new UserError(ExitCode.Model, $"{request.File}: it is a detector ({kind.Word}) and has no skeleton", "leave --skeleton out");
        }
        var skeleton = request.Skeleton.Length > 0 ? Skeletons.Get(request.Skeleton) : Skeletons.All.FirstOrDefault(s => s.Count == joints);
        return skeleton?.Count == joints ? skeleton.Name : throw new UserError(ExitCode.Model,
            $"{request.File}: it gives {joints} joints ({string.Join(", ", probed.Outputs)})"
            + (skeleton is null ? ", which no known skeleton has" : $", but skeleton {skeleton.Name} has {skeleton.Count}"),
            $"the skeletons are {string.Join(", ", Skeletons.All.Select(s => $"{s.Name} ({s.Count})"))}; --skeleton points{joints} takes joints without names");
    }

    /// <summary>Every known layout of so many joints, the most usual first.</summary>
    public static IReadOnlyList<Skeleton> WithJoints(int joints) => [.. Skeletons.All.Where(s => s.Count == joints)];
}
