using EdgePose.Cli;
using EdgePose.Workshop.Verbs;

return await CommandLine.InvokeAsync(args, WorkshopVerbs.Create);
