using System.Globalization;
using System.Text;
using EdgePose.Domain;
using EdgePose.Networks;
using EdgePose.Service;
using EdgePose.Settings;

namespace EdgePose.Workshop.Quantization;

/// <summary>Writes the descriptor of a quantized model with its card, so that the two cannot be separated.</summary>
internal static class CardText
{
    /// <summary>The text of <c>NAME.yaml</c>.</summary>
    /// <param name="source">The float model, with the input size of the quantized one.</param>
    /// <param name="file">Plain name of the quantized ONNX file.</param>
    /// <param name="r">What was measured.</param>
    public static string Write(ModelDescriptor source, string file, QuantizeReport r)
    {
        var yaml = new YamlText();
        yaml.Comment($"Descriptor and model card, written by edgepose quantize. {r.Verdict}.");
        Descriptor(yaml, source, file, r);
        yaml.Section("quantization");
        yaml.Value("target", r.Target);
        yaml.Value("source", r.Source);
        yaml.Value("source_sha256", r.SourceSha256);
        yaml.Value("method", r.Method);
        yaml.Value("activations", r.Activations);
        yaml.List("float_groups", r.FloatGroups);
        yaml.List("excluded", r.Excluded);
        Measured(yaml, r);
        yaml.Text("tool", r.Tool);
        yaml.Value("date", r.Date);
        yaml.List("processor", r.Speed.Processor);
        yaml.List("notes", r.Notes.Distinct().Take(16));
        yaml.Text("verdict", r.Verdict);
        return yaml.ToString();
    }

    private static void Descriptor(YamlText yaml, ModelDescriptor source, string file, QuantizeReport r)
    {
        yaml.Value("name", r.Name);
        yaml.Value("kind", source.Kind.Word);
        yaml.Value("file", file);
        yaml.Value("sha256", r.Sha256);
        Input(yaml, source.Input, ModelFamilies.Of(source.Kind).Input);
        Decode(yaml, source.Decode, ModelFamilies.Of(source.Kind).Decode);
        yaml.List("outputs", source.Outputs);
        if (source.Skeleton.Length > 0) { yaml.Value("skeleton", source.Skeleton); }
        if (FurtherSkeletons.Find(source.Skeleton) is { } own)
        {
            yaml.List("joints", own.Joints);
            yaml.List("limbs", [.. own.Links.Select(l => $"{own.Joints[l.A]}:{own.Joints[l.B]}")]);
        }
        if (source.Note.Length > 0) { yaml.Text("note", source.Note); }
        yaml.Text("licence", source.Licence);
        yaml.Text("source", $"quantized from {r.Source} ({r.SourceSha256[..12]}) by {r.Tool}");
    }

    private static void Input(YamlText yaml, ModelInput input, ModelInput family)
    {
        yaml.Section("input");
        yaml.Number("width", input.Width);
        yaml.Number("height", input.Height);
        if (input.Layout != family.Layout) { yaml.Value("layout", Kebab(input.Layout)); }
        if (input.Colour != family.Colour) { yaml.Value("colour", Kebab(input.Colour)); }
        if (input.Resize != family.Resize) { yaml.Value("resize", Kebab(input.Resize)); }
        if (!input.Mean.SequenceEqual(family.Mean)) { yaml.Numbers("mean", input.Mean); }
        if (!input.Std.SequenceEqual(family.Std)) { yaml.Numbers("std", input.Std); }
        if (input.PadValue != family.PadValue) { yaml.Number("pad", input.PadValue); }
        if (input.Int32 != family.Int32) { yaml.Value("int32", input.Int32 ? "true" : "false"); }
        yaml.End();
    }

    private static void Decode(YamlText yaml, ModelDecode decode, ModelDecode family)
    {
        if (decode == family) { return; }
        yaml.Section("decode");
        yaml.Number("person_class", decode.PersonClass);
        yaml.Number("score_threshold", decode.ScoreThreshold);
        yaml.Number("nms_threshold", decode.NmsThreshold);
        yaml.Number("padding", decode.Padding);
        yaml.Number("followed_padding", decode.FollowedPadding);
        yaml.Value("refine", Kebab(decode.Refine));
        yaml.Number("dark_kernel", decode.DarkKernel);
        if (decode.SimccRatio is { } ratio) { yaml.Number("simcc_ratio", ratio); }
        yaml.Number("joint_threshold", decode.JointThreshold);
        yaml.End();
    }

    private static void Measured(YamlText yaml, QuantizeReport r)
    {
        yaml.Section("calibration");
        yaml.Value("sha256", r.Calibration.Sha256);
        yaml.List("from", r.Calibration.From.Take(16));
        yaml.Number("pictures", r.Calibration.Pictures);
        yaml.Number("inputs", r.Calibration.Inputs);
        yaml.End();
        var e = r.Evaluation;
        yaml.Section("evaluation");
        yaml.Value("measure", e.Measure);
        yaml.Value("sha256", e.Sha256);
        yaml.Number("pictures", e.Pictures);
        yaml.Number("inputs", e.Inputs);
        yaml.Number("people", e.People);
        yaml.Number("ap_float", e.ApFloat);
        yaml.Number("ap_quantized", e.ApQuantized);
        yaml.Number("ap_loss", e.ApLoss);
        yaml.Number("ap_loss_low", e.ApLossLow);
        yaml.Number("ap_loss_high", e.ApLossHigh);
        yaml.Number("agreement", e.Agreement);
        yaml.Number("agreement_low", e.AgreementLow);
        yaml.Number("agreement_high", e.AgreementHigh);
        Likeness(yaml, e);
        yaml.Number("shift_px", e.MeanShiftPx);
        yaml.Number("sqnr_db", e.SqnrDb);
        yaml.End();
        Speed(yaml, r.Speed);
        yaml.Section("bytes");
        yaml.Number("float", r.BytesFloat);
        yaml.Number("quantized", r.BytesQuantized);
        yaml.End();
        yaml.Section("residual");
        yaml.Number("integer", r.Residual.Integer.Values.Sum());
        yaml.Number("quantize", r.Residual.Quantize);
        yaml.Number("dequantize", r.Residual.Dequantize);
        yaml.Number("float_islands", r.Residual.FloatIslands);
        yaml.End();
        if (r.Sensitivity.Count == 0) { return; }
        yaml.Section("sensitivity");
        foreach (var g in r.Sensitivity) { yaml.Pair(g.Group, ("sqnr_db", g.SqnrDb), ("shift_px", g.ShiftPx)); }
        yaml.End();
    }

    /// <summary>What the agreement is made of, and the worst that a harmless change of the pictures does.</summary>
    private static void Likeness(YamlText yaml, EvaluationFigures e)
    {
        yaml.Inline("likeness", ("similarity", e.Likeness.Similarity), ("missed", e.Likeness.Missed), ("extra", e.Likeness.Extra));
        if (e.Harmless.Count == 0) { return; }
        yaml.Inline("harmless", ("similarity", e.Harmless.Min(h => h.Similarity)), ("missed", e.Harmless.Max(h => h.Missed)), ("extra", e.Harmless.Max(h => h.Extra)));
    }

    /// <summary>The section speed as it stands in a card.</summary>
    public static string SpeedText(SpeedReport speed)
    {
        var yaml = new YamlText();
        yaml.Section("quantization");
        var above = yaml.ToString().Length;
        Speed(yaml, speed);
        return yaml.ToString()[above..];
    }

    private static void Speed(YamlText yaml, SpeedReport speed)
    {
        yaml.Section("speed");
        yaml.Value("provider", speed.Provider);
        if (speed.Runtime.Length > 0) { yaml.Value("runtime", speed.Runtime); }
        if (speed.Input.Count > 0) { yaml.List("input", [string.Join('x', speed.Input)]); }
        if (speed.IsTarget)
        {
            yaml.Number("threads", speed.Figures[^1].Threads);
            yaml.Number("one_thread", speed.Figures[0].Ratio);
            yaml.Number("all_threads", speed.Figures[^1].Ratio);
        }
        yaml.End();
    }

    /// <summary>ShortSide to short-side.</summary>
    private static string Kebab<T>(T value) where T : struct, Enum =>
        string.Concat(value.ToString().Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));

    /// <summary>The little YAML that a card needs: two levels of mappings, numbers, plain words, quoted texts, lists in one line.</summary>
    private sealed class YamlText
    {
        private readonly StringBuilder _text = new();
        private string _indent = "";

        public void Comment(string text) => _text.Append("# ").Append(text.ReplaceLineEndings(" ")).Append('\n');

        public void Section(string key)
        {
            _text.Append(_indent).Append(key).Append(":\n");
            _indent += "  ";
        }

        public void End() => _indent = _indent[..^2];

        public void Value(string key, string value) => Line(key, value);

        public void Text(string key, string value) => Line(key, Quote(value));

        public void Number(string key, double? value)
        {
            if (value is { } v && double.IsFinite(v)) { Line(key, Show(v)); }
        }

        public void Numbers(string key, IEnumerable<float> values) => Line(key, $"[{string.Join(", ", values.Select(v => v.ToString(CultureInfo.InvariantCulture)))}]");

        public void List(string key, IEnumerable<string> values)
        {
            string[] all = [.. values.Select(Quote)];
            if (all.Length > 0) { Line(key, $"[{string.Join(", ", all)}]"); }
        }

        public void Pair(string key, params ReadOnlySpan<(string Key, double? Value)> values) => Inline(Quote(key), values);

        public void Inline(string key, params ReadOnlySpan<(string Key, double? Value)> values)
        {
            var parts = new List<string>();
            foreach (var (name, value) in values)
            {
                if (value is { } v && double.IsFinite(v)) { parts.Add($"{name}: {Show(v)}"); }
            }
            Line(key, $"{{ {string.Join(", ", parts)} }}");
        }

        public override string ToString() => _text.ToString();

        private void Line(string key, string value) => _text.Append(_indent).Append(key).Append(": ").Append(value).Append('\n');

        private static string Show(double value) => Math.Round(value, 5).ToString("0.#####", CultureInfo.InvariantCulture);

        // Single quotes: YAML then knows one escape, the doubled quote. The reader takes no control characters.
        private static string Quote(string value) => $"'{string.Concat(value.Where(c => !char.IsControl(c))).Replace("'", "''", StringComparison.Ordinal)}'";
    }
}
