namespace LarkService.Data;

/// <summary>Another process serves from this SQLite file.</summary>
internal sealed class DatabaseInUseException(string file, Exception inner)
    : Exception($"Another process uses {file}. SQLite is for one process: stop the other one, or use PostgreSQL.", inner);
