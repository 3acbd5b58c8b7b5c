using EdgePose.Settings;

namespace EdgePose.People.Listing;

/// <summary>Who is published: a part of the section <c>poses</c>.</summary>
internal sealed record ListingSettings
{
    /// <summary>Smallest score of a person who is published; that of somebody who was not measured falls with time.</summary>
    public float MinScore { get; init; } = 0.1f;

    /// <param name="s">The section <c>poses</c>, which has other keys too.</param>
    public static ListingSettings Read(Section s) => new()
    {
        MinScore = s.Number("min_score", new ListingSettings().MinScore, 0, 1, """
            Smallest score of a published person. The score of somebody who is not measured falls with time, so that this also limits how long a
            person is published without being seen; a higher value loses people on busy machines. 0 publishes everybody.
            """),
    };
}
