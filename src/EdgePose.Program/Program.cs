using EdgePose.Cli;
using EdgePose.Workshop;

return await CommandLine.InvokeAsync(args, WorkshopVerbs.Create);
