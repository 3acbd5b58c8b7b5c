using EdgePose.Domain;
using EdgePose.Events.Scenes;

namespace EdgePose.Events.Recording;

internal enum RecordKind { Scene = 0, Lost = 1, Stopped = 2 }

/// <summary>The grid codes of one person, as encoder and decoder remember them from scene to scene.</summary>
internal sealed class PersonCodes(int joints)
{
    public readonly int[] X = new int[joints], Y = new int[joints], Score = new int[joints];
    public readonly byte[] Found = new byte[(joints + 7) / 8];

    /// <summary>Left, top, right, bottom, score of the person.</summary>
    public readonly int[] Box = new int[5];

    public long Track { get; set; }

    public bool IsFound(int joint) => (Found[joint >> 3] & 1 << (joint & 7)) != 0;

    /// <summary>The guess for somebody who was not there in the scene before: like the last one known in this place, or the middle.</summary>
    public void Reset()
    {
        Track = 0;
        Array.Fill(X, SceneGrid.Steps);
        Array.Fill(Y, SceneGrid.Steps);
        Array.Clear(Score);
        Array.Clear(Found);
        Array.Fill(Box, SceneGrid.Steps);
    }

    public void CopyFrom(PersonCodes other)
    {
        Track = other.Track;
        other.X.CopyTo(X, 0);
        other.Y.CopyTo(Y, 0);
        other.Score.CopyTo(Score, 0);
        other.Found.CopyTo(Found, 0);
        other.Box.CopyTo(Box, 0);
    }

    public void Take(Body body)
    {
        (Track, Box[4]) = (body.Track, SceneGrid.EncodeScore(body.Score, SceneGrid.Scores));
        (Box[0], Box[1]) = (SceneGrid.Encode(body.Box.X1), SceneGrid.Encode(body.Box.Y1));
        (Box[2], Box[3]) = (SceneGrid.Encode(body.Box.X2), SceneGrid.Encode(body.Box.Y2));
        Array.Clear(Found);
        for (var j = 0; j < X.Length; j++)
        {
            var p = body.Points[j];
            if (!p.IsFound) { continue; }
            Found[j >> 3] |= (byte)(1 << (j & 7));
            (X[j], Y[j], Score[j]) = (SceneGrid.Encode(p.X), SceneGrid.Encode(p.Y), SceneGrid.EncodeScore(p.Score, SceneGrid.JointScores));
        }
    }

    public void Give(Body body)
    {
        (body.Track, body.Score) = (Track, SceneGrid.DecodeScore(Box[4], SceneGrid.Scores));
        body.Box = new Box(SceneGrid.Decode(Box[0]), SceneGrid.Decode(Box[1]), SceneGrid.Decode(Box[2]), SceneGrid.Decode(Box[3]));
        for (var j = 0; j < X.Length; j++)
        {
            body.Points[j] = !IsFound(j) ? Keypoint.Missing
                : new Keypoint(SceneGrid.Decode(X[j]), SceneGrid.Decode(Y[j]), SceneGrid.DecodeScore(Score[j], SceneGrid.JointScores));
        }
    }
}

/// <summary>
/// What the scene before was: the base of all differences. Encoder and decoder keep the same; a block begins with an empty one, so that
/// every block can be read by itself.
/// </summary>
internal sealed class SceneMemory(int joints)
{
    private readonly Stack<PersonCodes> _free = [];
    private readonly Dictionary<long, PersonCodes> _byTrack = [];
    private List<PersonCodes> _people = [], _next = [];

    public Instant Time { get; set; }
    public int Epoch { get; set; }
    public int Width { get; set; }
    public int Height { get; set; }

    public void Reset()
    {
        (Time, Epoch, Width, Height) = (default, 0, 0, 0);
        foreach (var person in _people) { _free.Push(person); }
        // Of a scene that was broken off.
        foreach (var person in _next) { _free.Push(person); }
        _people.Clear();
        _next.Clear();
        _byTrack.Clear();
    }

    /// <summary>A new entry of the next scene, filled with what is known of the track.</summary>
    public PersonCodes Next(long track)
    {
        var codes = _free.TryPop(out var old) ? old : new PersonCodes(joints);
        codes.Reset();
        if (_byTrack.TryGetValue(track, out var before)) { codes.CopyFrom(before); }
        codes.Track = track;
        _next.Add(codes);
        return codes;
    }

    /// <summary>Track in this place of the scene before; 0 when there was nobody.</summary>
    public long TrackAt(int index) => index < _people.Count ? _people[index].Track : 0;

    public void EndScene()
    {
        (_people, _next) = (_next, _people);
        foreach (var person in _next) { _free.Push(person); }
        _next.Clear();
        _byTrack.Clear();
        // The first of a track counts, as in every version before.
        foreach (var person in _people) { _byTrack.TryAdd(person.Track, person); }
    }
}
