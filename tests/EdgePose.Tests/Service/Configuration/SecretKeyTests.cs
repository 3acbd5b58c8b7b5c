using static EdgePose.Tests.Service.Configuration.Loading;

namespace EdgePose.Tests.Service.Configuration;

public sealed class SecretKeyTests
{
    private static Dictionary<string, string> Env(params (string, string)[] pairs) => pairs.ToDictionary(p => p.Item1, p => p.Item2);

    private static string Yaml(string keys) => $"streams: {{ a: {{ url: rtsp://cam/s, user: u, {keys} }} }}";

    [Fact]
    public void Read_CredentialBeforeFileBeforeEnvironment()
    {
        using var folder = new TempFolder();
        folder.Write("cam", "from-credential\n");
        var file = folder.Write("cam.password", "from-file\r\n");
        var env = Env(("CREDENTIALS_DIRECTORY", folder.Path), ("CAM", "from-env"));
        string? Password(string keys) => Load(Yaml(keys), env).Config?.Streams[0].Source.Password?.Reveal();

        Assert.Equal("from-credential", Password($"password: ${{credential:cam}}, password_file: {file}"));
        Assert.Equal("from-file", Password($"password: ${{credential:other}}, password_file: {file}"));
        Assert.Equal("from-file", Password($"password: ${{env:CAM}}, password_file: {file}"));
        Assert.Equal("from-file", Password($"password_file: {file}"));
        Assert.Equal("from-env", Password("password: ${env:CAM}, password_file: /does/not/exist"));
        Assert.Equal("from-env", Password("password: \"${env:CAM}\""));
    }

    [Fact]
    public void Read_NothingFound_NamesEveryPlaceThatWasTried()
    {
        var texts = Texts(Load(Yaml("password: ${credential:cam}, password_file: /does/not/exist")));
        Assert.Contains("1:55  streams.a.password: no secret found: credential cam: $CREDENTIALS_DIRECTORY is not set", texts, StringComparison.Ordinal);
        Assert.Contains("/does/not/exist does not exist", texts, StringComparison.Ordinal);
        Assert.Contains("the environment variable NOPE is not set", Texts(Load(Yaml("password: ${env:NOPE}"))), StringComparison.Ordinal);
        using var folder = new TempFolder();
        Assert.Contains("add LoadCredential=cam:FILE", Texts(Load(Yaml("password: ${credential:cam}"), Env(("CREDENTIALS_DIRECTORY", folder.Path)))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead, true)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite, true)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead, false)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead, false)]
    public void Read_PasswordFile_MustBePrivate(UnixFileMode mode, bool good)
    {
        using var folder = new TempFolder();
        var file = folder.Write("p", "CANARY", mode);
        var result = Load(Yaml($"password_file: {file}"));
        Assert.Equal(good, result.Config is not null);
        if (!good) { Assert.Contains($"others may read it (mode {Convert.ToString((int)mode, 8)}); run: chmod 600 {file}", Texts(result), StringComparison.Ordinal); }
        Assert.DoesNotContain("CANARY", Texts(result), StringComparison.Ordinal);
    }

    /// <summary>By every way that a secret can take.</summary>
    [Theory]
    [InlineData("s3cret")]
    [InlineData("s3cret\n")]
    [InlineData("s3cret\r\n")]
    [InlineData("\uFEFFs3cret\r\n")]
    [InlineData("\uFEFFs3cret")]
    public void Read_WhatEditorsAdd_IsNoPartOfThePassword(string content)
    {
        using var folder = new TempFolder();
        var file = folder.Write("p", content);
        folder.Write("cam", content);
        var env = Env(("CREDENTIALS_DIRECTORY", folder.Path), ("CAM", content));

        Assert.All(
            (string[])[$"password_file: {file}", "password: \"${credential:cam}\"", "password: \"${env:CAM}\""],
            keys => Assert.Equal("s3cret", Load(Yaml(keys), env).Config?.Streams[0].Source.Password?.Reveal()));
    }

    [Fact]
    public async Task Read_FolderOrPipeAsSecret_IsNamedAndNotWaitedFor()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "cam"));
        var pipe = TestSupport.Fifo.Make(Path.Combine(folder.Path, "pipe"));
        var env = Env(("CREDENTIALS_DIRECTORY", folder.Path));

        var texts = await Task.Run(() => Texts(Load(Yaml($"password: ${{credential:cam}}, password_file: {pipe}"), env))).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Contains("credential cam is a folder", texts, StringComparison.Ordinal);
        Assert.Contains($"{pipe} is a pipe or a device, not a file", texts, StringComparison.Ordinal);
        Assert.Contains("credential pipe is a pipe", await Task.Run(() => Texts(Load(Yaml("password: \"${credential:pipe}\""), env))).WaitAsync(TimeSpan.FromSeconds(30)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two\nlines")]
    public void Read_PasswordFileThatIsNoPassword_IsRefused(string content)
    {
        using var folder = new TempFolder();
        Assert.Null(Load(Yaml($"password_file: {folder.Write("p", content)}")).Config);
    }

    [Fact]
    public void Read_Literal_WorksWithAWarning()
    {
        var result = Load(Yaml("password: CANARY"));
        Assert.Equal("CANARY", result.Config!.Streams[0].Source.Password!.Reveal());
        Assert.Contains("literal secret in the file", Assert.Single(result.Problems).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("CANARY", Texts(result) + result.Config, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("password: CANARY, password_file: /x")]
    [InlineData("password: 'pre${env:CANARY}'")]
    [InlineData("password: '${credential:../CANARY}'")]
    [InlineData("password: '${credential:..}'")]
    [InlineData("password: { CANARY: CANARY }")]
    [InlineData("password: ''")]
    public void Read_AmbiguousOrMalformed_IsAnErrorWithoutTheValue(string keys)
    {
        var result = Load(Yaml(keys), Env(("CREDENTIALS_DIRECTORY", "/tmp")));
        Assert.Null(result.Config);
        Assert.DoesNotContain("CANARY", Texts(result), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_PasswordWithoutUser_IsAnError() =>
        Assert.Contains("a password needs a user", Texts(Load("streams: { a: { url: rtsp://cam/s, password: x } }")), StringComparison.Ordinal);

    [Fact]
    public void Read_PasswordInUrlAndInKey_IsAnErrorAndBothAreKnown()
    {
        var result = Load("streams: { a: { url: 'rtsp://u:CANARY1@cam/s', password: CANARY2, fps: CANARY1 } }");
        Assert.Contains("the password is given twice", Texts(result), StringComparison.Ordinal);
        Assert.Contains("got \"***\"", Texts(result), StringComparison.Ordinal);
        Assert.DoesNotContain("CANARY", Texts(result), StringComparison.Ordinal);
    }
}
