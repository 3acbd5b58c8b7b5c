namespace EdgePose.Sinks.Sparkplug;

/// <summary>Topics of an edge node and its devices, Sparkplug 3.0, section 4: <c>spBv1.0/group/type/node[/device]</c>.</summary>
internal sealed record SparkplugTopics(string Group, string Node)
{
    public string Birth => Of("NBIRTH");
    public string Death => Of("NDEATH");
    public string Command => Of("NCMD");
    public string DeviceBirth(string device) => $"{Of("DBIRTH")}/{device}";
    public string DeviceDeath(string device) => $"{Of("DDEATH")}/{device}";
    public string DeviceData(string device) => $"{Of("DDATA")}/{device}";

    private string Of(string type) => $"spBv1.0/{Group}/{type}/{Node}";
}
