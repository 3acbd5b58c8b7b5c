using EdgePose.Workshop.Evaluation.Keypoints;
using EdgePose.Workshop.Quantization.Accuracy;

namespace EdgePose.Workshop.Quantization;

/// <summary>The comparison of the quantized model with the float model, as the report and the card state it.</summary>
internal static class EvaluationSummary
{
    public static EvaluationFigures Of(Examination examination, Exam exam, Difference difference, PreparedPictures pictures, Interval? interval) => new()
    {
        Measure = examination.Measure, Sha256 = pictures.Evaluation.Sha256, AnnotationsSha256 = pictures.Evaluation.Truth?.Sha256, Pictures = pictures.Evaluation.Pictures.Count,
        People = examination.People, Boxes = pictures.Boxes, ApFloat = exam.ApFloat, ApQuantized = exam.ApQuantized, ApLoss = exam.ApLoss, ApLossLow = interval?.Low, ApLossHigh = interval?.High,
        ApAgainstFloat = exam.ApAgainstFloat, Agreement = exam.Likeness.Agreement, MeanShiftPx = Finite(exam.Likeness.MeanShift), MedianShiftPx = Finite(exam.Likeness.MedianShift),
        SqnrDb = difference.SqnrDb,
    };

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
