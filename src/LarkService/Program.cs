using LarkService.Hosting;

return await Commands.RunAsync(args);
