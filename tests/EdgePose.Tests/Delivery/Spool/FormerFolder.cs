using System.IO.Compression;

namespace EdgePose.Tests.Delivery.Spool;

/// <summary>
/// A folder as the spool wrote it when it had one reader, whose process was killed: events a/1 to a/12 and b/1 to b/8, of which <see cref="Done"/>
/// are done and a/2 was refused; its gap waits. The bytes come from that program.
/// </summary>
internal static class FormerFolder
{
    public static readonly string[] Done = ["a/1", "a/3", "b/1", "b/2", "b/4"];

    private static readonly (string Name, string Content)[] Files =
    [
        ("0000000001.seg", """
            H4sIAAAAAAACA3MtCC7Iz89hZGSAgC233tb8f/ndtdll0rST6/7PgInDaGSwzvXmY9eCIMYL16MYmYF8f/+wXxjqGy6HTAJyGBn/MSQm6huC1Ncdvh8N
            Um/TXyHAhEd9UhJEvcRqmQyQ+t172F4y4zffCKTekOPQY5C6EzUazCz4zQer/1r+Qhekfod9rjQrfvONQeqjk3PLQepP/3f+yIbffLD6jqAJu0Dqg6OX
            n2fHb74JSH3cC9FpIPUKsztVOfCbD1Y/a7p9BEh9wI0ztpz4zTcFqTdp3sUEUq8s8eg6F37zweqDXlcagtQv0Z6jx43ffDOQ+mqP5WD/Xn+96QgPfvPB
            6veb95aA1C9f8f0OL37zzUHqBZU59EDqr2TcNOPDbz5YfeT1VCmQ+uYpT5r48ZtvAVLfoLGrFqT+Q8ipDAH85oPVu4RP2AxS3yDeXyCI33xLkPpiryWn
            QenSPJenVohAfjEAaWjn6nYCaTB5l94vTEADOMe85fLlBWk4IGs+R4SABnAWaDl7ut8AKCctW7tVFE1DiAq/3iIghwmkgRGawGD5EFd+hNEA1g99WWAE
            AAA=
            """),
        ("cursor-a", """
            H4sIAAAAAAACA3MtcC4tKs4vYmRgYJgIxFtuva35//K7a7PLpGkn1/2fwcIAASB5NihbDEpLXA9my1x4xZ4BDbRF+4LpMBV+vUVAjYxMIAMS2ZGUMCax
            IRnMAWWfuN1cyTAKRsEoGAWjYBSMglEwCkbBKBgFo2AUjAJqAwDwYamBABAAAA==
            """),
        ("cursor-b", """
            H4sIAAAAAAACA3MtcC4tKs4vYmRgYJgJxFtuva35//K7a7PLpGkn1/2fwcwAASB5GFsUSoee3HZolcEZewY0oBDtC6Y/KPPrLQJqZGQCGZCIbBQrjJ3E
            hiTKAWUHTj2ykGEUjIJRMApGwSgYBaNgFIyCUTAKRsEoGAXUAgDKxFoZABAAAA==
            """),
        ("dead-letters", """
            H4sIAAAAAAACA3MtCC7Iz89hZGSAgC233tb8f/ndtdll0rST6/7PYMAD1C37y1wLghidMjISZYH8D6nzVR2gcjDzGBouh0wCclgY/zEkMkPF+IDSefkl
            ComlJRn5RZnFqSmJ+kYAjseVAYoAAAA=
            """),
    ];

    public static FaultyDisk Disk()
    {
        var disk = new FaultyDisk();
        foreach (var (name, content) in Files)
        {
            using var bytes = new MemoryStream();
            using var zip = new GZipStream(new MemoryStream(Convert.FromBase64String(content.ReplaceLineEndings(""))), CompressionMode.Decompress);
            zip.CopyTo(bytes);
            disk.Plant($"{SpoolRun.Folder}/{name}", bytes.ToArray());
        }
        return disk;
    }
}
