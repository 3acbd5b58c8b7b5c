using EdgePose.Service.Observe;

namespace EdgePose.Tests.Service.Observe;

public sealed class HostNamesTests
{
    private static readonly HostNames Names = new("hall-pi", "corp.example", ["metrics.example.org"]);

    [Theory]
    [InlineData("")]
    [InlineData("127.0.0.1")]
    [InlineData("192.0.2.7")]
    [InlineData("[::1]")]
    [InlineData("localhost")]
    [InlineData("LOCALHOST.")]
    [InlineData("a.localhost")]
    [InlineData("hall-pi")]
    [InlineData("Hall-Pi.local")]
    [InlineData("hall-pi.home.arpa")]
    [InlineData("hall-pi.corp.example")]
    [InlineData("metrics.example.org")]
    public void Allows_AddressesAndOwnNames(string host) => Assert.True(Names.Allows(host));

    [Theory]
    [InlineData("evil.example")]
    [InlineData("hall-pi.evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("evillocalhost")]
    [InlineData("metrics.example.org.evil.example")]
    public void Allows_NamesOfStrangers_No(string host) => Assert.False(Names.Allows(host));
}
