using System.Text;
using EdgePose.Settings;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Settings;

/// <summary>What people put where a password or a certificate is expected.</summary>
public sealed class TextFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-text-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(byte[] bytes)
    {
        var path = Path.Combine(_folder, "secret");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static string Why(string path)
    {
        Assert.Null(TextFile.TryRead(path, 1024, out _, out var why));
        return why;
    }

    [Fact]
    public void ByteOrderMark_IsNoPartOfTheText()
    {
        Assert.Equal("pass\r\n", TextFile.TryRead(Write([0xEF, 0xBB, 0xBF, .. "pass\r\n"u8]), 1024, out _, out var why));
        Assert.Equal("", why);
    }

    [Fact]
    public void OtherEncodings_AreNamedAndNotGuessed()
    {
        Assert.Equal("is UTF-16 text; save it as UTF-8", Why(Write([.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("pass")])));
        Assert.Equal("is UTF-16 text; save it as UTF-8", Why(Write([.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes("pass")])));
        Assert.Equal(TextFile.NotText, Why(Write(Encoding.Latin1.GetBytes("pä"))));
    }

    [Fact]
    public async Task Pipe_IsNotWaitedFor()
    {
        var path = Fifo.Make(Path.Combine(_folder, "pipe"));
        Assert.Equal("is a pipe or a device, not a file", await Task.Run(() => Why(path)).WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void WhatIsNoFile_IsNamed()
    {
        Assert.Equal("is a folder", Why(_folder));
        Assert.Equal("does not exist", Why(Path.Combine(_folder, "none")));
        Assert.Equal("is larger than 1 KiB", Why("/dev/zero"));
        Assert.Equal("is larger than 1 KiB", Why(Write(new byte[1025])));
        Assert.Equal("", TextFile.TryRead("/dev/null", 1024, out _, out _));
    }

    [Fact]
    public void Mode_IsThatOfTheFile()
    {
        var path = Write("x"u8.ToArray());
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        TextFile.TryRead(path, 1024, out var mode, out _);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.OtherRead, mode);
    }
}
