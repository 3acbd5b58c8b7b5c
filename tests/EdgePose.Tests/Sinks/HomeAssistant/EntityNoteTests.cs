using EdgePose.Sinks.HomeAssistant;

namespace EdgePose.Tests.Sinks.HomeAssistant;

public sealed class EntityNoteTests
{
    [Fact]
    public void RoundTrip_IsTheSame()
    {
        Entity[] entities = [new("people", "sensor"), new("rule_a_b-c", "binary_sensor")];
        Assert.Equal("people=sensor,rule_a_b-c=binary_sensor", EntityNote.Write(entities));
        Assert.Equal(entities, EntityNote.Read(EntityNote.Write(entities)));
        Assert.Empty(EntityNote.Read(""));
    }

    [Theory]
    [InlineData("will", 0)]
    [InlineData("a=b=c,d=e,=,f=", 1)]
    public void Read_OfSomethingElse_LeavesItOut(string note, int entities) => Assert.Equal(entities, EntityNote.Read(note).Count);
}
