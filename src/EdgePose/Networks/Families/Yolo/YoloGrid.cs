namespace EdgePose.Networks.Families.Yolo;

/// <summary>The cells of a YOLO network: one row of output for each cell of its strides, or one for each of a cell's three anchors.</summary>
internal static class YoloGrid
{
    /// <summary>Finest and coarsest stride of the public networks: the usual ones, those for large pictures, and those for small objects.</summary>
    private static readonly (int Finest, int Coarsest)[] Levels = [(8, 32), (8, 64), (4, 32), (4, 64)];

    /// <summary>Rows per cell, 1 or 3; 0 when the number of rows is not that of an input of that size.</summary>
    public static int RowsPerCell(int rows, int height, int width)
    {
        foreach (var (finest, coarsest) in Levels)
        {
            var cells = 0L;
            for (var stride = finest; stride <= coarsest; stride *= 2) { cells += (long)(height / stride) * (width / stride); }
            if (rows == cells || rows == 3 * cells) { return rows == cells ? 1 : 3; }
        }
        return 0;
    }
}
