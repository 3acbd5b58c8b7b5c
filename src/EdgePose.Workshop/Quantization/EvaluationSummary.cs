using EdgePose.Workshop.Quantization.Accuracy;

namespace EdgePose.Workshop.Quantization;

/// <summary>The comparison of the quantized model with the float model, as the report and the card state it.</summary>
internal static class EvaluationSummary
{
    public static EvaluationFigures Of(Examination examination, Exam exam, Difference difference, PreparedPictures pictures) => new()
    {
        Measure = examination.Measure, Sha256 = pictures.Evaluation.Sha256, AnnotationsSha256 = pictures.Evaluation.Truth?.Sha256,
        Pictures = pictures.Evaluation.Pictures.Count, Inputs = examination.Inputs, People = examination.People, Boxes = pictures.Boxes,
        ApFloat = exam.ApFloat, ApQuantized = exam.ApQuantized, ApLoss = exam.ApLoss, ApLossLow = exam.Loss?.Low, ApLossHigh = exam.Loss?.High,
        ApAgainstFloat = exam.ApAgainstFloat, Agreement = exam.Agreement.Value, AgreementLow = exam.Agreement.Low, AgreementHigh = exam.Agreement.High,
        Likeness = Figures("quantized", exam.Likeness), Harmless = [.. HarmlessChange.All.Zip(examination.Harmless, (change, found) => Figures(change.Name, found))],
        MeanShiftPx = Finite(exam.Likeness.MeanShift), MedianShiftPx = Finite(exam.Likeness.MedianShift), SqnrDb = difference.SqnrDb,
    };

    private static LikenessFigures Figures(string after, Likeness l) => new(after, l.Agreement, l.Total.Missed, l.Total.MoreThan, l.People, l.Missed, l.Extra);

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
