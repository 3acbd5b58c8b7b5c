namespace EdgePose.Delivery.Documents;

internal enum NodeState { Ok, Degraded, Failing }

/// <summary>Health of the process; reasons are redacted, one short sentence each.</summary>
internal sealed record NodeStatus(NodeState State, IReadOnlyList<string> Reasons, string Provider, double InferenceP99Ms, long RssBytes);
