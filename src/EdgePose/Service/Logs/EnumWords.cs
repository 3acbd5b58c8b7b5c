using System.Text.Json;
using Serilog.Core;
using Serilog.Events;

namespace EdgePose.Service.Logs;

/// <summary>Says states and reasons in words instead of in the names that the code has for them: "auth failed" for AuthFailed.</summary>
internal sealed class EnumWords : ILogEventEnricher
{
    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        foreach (var (name, value) in logEvent.Properties.ToArray())
        {
            if (value is not ScalarValue { Value: Enum word }) { continue; }
            var text = JsonNamingPolicy.SnakeCaseLower.ConvertName(word.ToString()).Replace('_', ' ');
            logEvent.AddOrUpdateProperty(new LogEventProperty(name, new ScalarValue(text)));
        }
    }
}
