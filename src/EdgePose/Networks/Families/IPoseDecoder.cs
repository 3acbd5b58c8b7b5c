using EdgePose.Domain;
using EdgePose.Networks.Preprocessing;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families;

/// <summary>Reads one person's key-points from the outputs of a top-down network.</summary>
internal interface IPoseDecoder
{
    /// <summary>True when the crop must have the pixel-centre form (<see cref="Placements.Crop"/>).</summary>
    bool Udp { get; }

    /// <summary>Writes every joint in frame pixels; a joint without a valid answer becomes <see cref="Keypoint.Missing"/>.</summary>
    /// <param name="binding">After its run.</param>
    /// <param name="item">Which picture of the batch.</param>
    /// <param name="crop">Where the frame lies in the input.</param>
    /// <param name="points">As many as the skeleton has joints.</param>
    /// <exception cref="UserError">The outputs do not have the shapes of the kind, or not that many joints.</exception>
    void Decode(Binding binding, int item, in Placement crop, Span<Keypoint> points);
}
