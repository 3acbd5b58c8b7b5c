namespace EdgePose.Networks.Models;

/// <summary>Addresses that models may be fetched from.</summary>
internal static class ModelAddress
{
    /// <summary>True for https, and for http that stays on this machine; never with a user or password in it.</summary>
    public static bool IsAllowed(string address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) && IsAllowed(uri);

    /// <summary>As <see cref="IsAllowed(string)"/>.</summary>
    public static bool IsAllowed(Uri uri) =>
        uri.IsAbsoluteUri && uri.UserInfo.Length == 0 && uri.OriginalString.Length <= 2000
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));
}
