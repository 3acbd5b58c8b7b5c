// Namespaces with and without circles, as food for CircleTests. Never called.
#pragma warning disable IDE0130 // the namespace is the point

namespace EdgePose.Circles.Family
{
    internal static class Parent
    {
        public static object Make() => new Child.Leaf();
    }

    internal sealed class Noun;
}

namespace EdgePose.Circles.Family.Child
{
    internal sealed class Leaf { public Noun? Held { get; set; } }
}

namespace EdgePose.Circles.Ring.First
{
    internal static class Lambda
    {
        public static Func<object, bool> Test => o => o is Second.Asynchronous;
    }
}

namespace EdgePose.Circles.Ring.Second
{
    internal sealed class Asynchronous
    {
        public static async Task<object> MakeAsync()
        {
            await Task.Yield();
            return Array.Empty<Third.Base>();
        }
    }
}

namespace EdgePose.Circles.Ring.Third
{
    internal sealed class Base;

    internal sealed class Constrained<T> where T : IEquatable<First.Leaf>;
}

namespace EdgePose.Circles.Ring.First
{
    internal sealed class Leaf : Outside.Plain;
}

namespace EdgePose.Circles.Ring.Outside
{
    internal class Plain;
}

namespace EdgePose.Circles.Tree
{
    internal static class Top
    {
        public static object Make() => (new Left.One(), new { Right = new Right.Two() });
    }
}

namespace EdgePose.Circles.Tree.Left
{
    internal sealed class One { public Right.Two? Other { get; set; } }
}

namespace EdgePose.Circles.Tree.Right
{
    internal sealed class Two;
}
