namespace EdgePose.Tests.Service.Observe;

/// <summary>The reader that judges the page must itself refuse what is wrong.</summary>
public sealed class PrometheusTextTests
{
    private const string Head = "# HELP a_total what\n# TYPE a_total counter\n";
    private const string Histogram = "# HELP h x\n# TYPE h histogram\n";

    [Theory]
    [InlineData(Head + "a_total 1")]
    [InlineData("a_total 1\n")]
    [InlineData("# TYPE a_total counter\na_total 1\n")]
    [InlineData(Head + "\na_total 1\n")]
    [InlineData(Head + "b_total 1\n")]
    [InlineData(Head + "a_total -1\n")]
    [InlineData(Head + "a_total one\n")]
    [InlineData(Head + "a_total 1\na_total 2\n")]
    [InlineData(Head + "a_total{x=\"1\",y=\"2\"} 1\na_total{y=\"2\",x=\"1\"} 2\n")]
    [InlineData(Head + "a_total{x=\"1\",} 1\n")]
    [InlineData(Head + "a_total{x=\"1\",x=\"2\"} 1\n")]
    [InlineData(Head + "a_total{x=\"\\q\"} 1\n")]
    [InlineData(Head + "a_total{x=\"a\"b\"} 1\n")]
    [InlineData(Head + Head + "a_total 1\n")]
    [InlineData("# HELP a what\n# TYPE a counter\na 1\n")]
    [InlineData("# HELP a what\n# TYPE a summary\na 1\n")]
    [InlineData(Histogram + "h_bucket{le=\"1\"} 1\nh_sum 1\nh_count 1\n")]
    [InlineData(Histogram + "h_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n")]
    [InlineData(Histogram + "h_bucket{le=\"2\"} 1\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n")]
    [InlineData(Histogram + "h_bucket{le=\"+Inf\"} 2\nh_sum 1\nh_count 1\n")]
    [InlineData(Histogram + "h_bucket{le=\"+Inf\"} 1\nh_count 1\n")]
    public void Parse_WhatAServerWouldRefuse_Throws(string page) => Assert.ThrowsAny<Exception>(() => PrometheusText.Parse(page));

    [Fact]
    public void Parse_GoodPage_GivesItsValues()
    {
        var page = PrometheusText.Parse(
            Head + "a_total{x=\"q\\\"\\\\\\n,}\",y=\"\"} 1.5E-05\na_total{x=\"b\",y=\"\"} 2\n"
            + Histogram + "h_bucket{le=\"0.5\"} 1\nh_bucket{le=\"+Inf\"} 3\nh_sum 4.25\nh_count 3\n");
        Assert.Equal(1.5e-5, page.Value("a_total", ("x", "q\"\\\n,}")));
        Assert.Equal(2.000015, page.Sum("a_total"), 9);
        Assert.Equal((3, 4.25), (page.Value("h_count"), page.Value("h_sum")));
    }
}
