namespace EdgePose.People.Persons;

/// <summary>What the picture shows of a place.</summary>
internal enum Motion
{
    /// <summary>Nothing but noise since a network looked there.</summary>
    Still,

    /// <summary>Change that looked the same lately and meant nothing.</summary>
    Familiar,

    /// <summary>Something has changed.</summary>
    Moving,
}
