using Microsoft.Extensions.Hosting;

namespace EdgePose.Service;

/// <summary>Leaves signals to the verb that started the host; the host only follows its cancellation token.</summary>
internal sealed class ServiceLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
