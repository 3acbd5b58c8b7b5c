using EdgePose.Settings.Documents;

namespace EdgePose.Service.Configuration;

/// <summary>
/// The manual and the JSON schema, written from the declarations of all keys. <c>config/edgepose.yaml</c> and
/// <c>config/edgepose.schema.json</c> are copies of them that <c>./build.sh docs</c> brings up to date.
/// </summary>
internal static class ConfigDocuments
{
    private const string Header = """
        yaml-language-server: $schema=./edgepose.schema.json

        EdgePose configuration. This file is the manual: every key with its meaning, unit, allowed values, default and trade-off.
        ./build.sh docs writes it from the code; texts are changed there, beside the feature that a key belongs to.
        Copy this file, or start with three lines:

            mqtt: { url: mqtts://broker.lan, user: edgepose, password: "${credential:mqtt.password}" }
            streams:
              front: rtsp://camera.lan/stream2

        Lines that begin with "#key:" are optional; their value is the default where there is one, otherwise an example.
        Unknown keys are errors, and the nearest known name is suggested. Check a file with: edgepose check --config FILE
        Any key can be set for one run: edgepose run --set streams.front.fps=10

        Durations have a unit: 500ms 10s 5m 1h. Rates are per second: 5 or 5fps. Relative paths start at this file's folder, those that the
        program writes to (spool.folder, record.folder) under systemd at its state directory. ~/ is the home of the user who runs the program.
        Names of nodes and streams: 1-63 of a-z 0-9 _ - beginning with a letter or digit; they become MQTT topic levels.

        Passwords are best kept outside: ${credential:NAME} reads $CREDENTIALS_DIRECTORY/NAME (systemd: LoadCredential=NAME:FILE);
        password_file names a file that only its owner can read (mode 0600 or 0400); ${env:NAME} reads an environment variable.
        They are tried in this order. A literal password works and is warned about. No password is ever logged or published.
        """;

    public static string Manual() => ManualWriter.Write(Header, ConfigKeys.All);

    public static string Schema() => SchemaWriter.Write("EdgePose configuration", ConfigKeys.All);
}
