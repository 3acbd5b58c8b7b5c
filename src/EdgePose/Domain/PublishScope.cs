namespace EdgePose.Domain;

/// <summary>How much of a stream leaves the machine; each word includes what follows it.</summary>
internal enum PublishScope { Poses, Events, CountsOnly, Nothing }
