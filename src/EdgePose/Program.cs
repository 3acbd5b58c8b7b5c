using EdgePose.Cli;

return await CommandLine.InvokeAsync(args);
