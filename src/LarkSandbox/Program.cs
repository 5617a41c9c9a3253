using LarkSandbox.Hosting;

return await Launcher.RunAsync(args);
