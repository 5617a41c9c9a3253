using LarkSandbox.Apaas.Tables;

namespace LarkSandbox.Apaas.Workspaces;

/// <summary>A small shop: customers, their tasks, and a view of what is still to do.</summary>
internal static class DemoWorkspace
{
    private static readonly string[] States = ["todo", "doing", "done"];

    public static void Fill(Workspace workspace, TimeProvider clock)
    {
        var customers = Table.Of("customers", "Who we work for",
        [
            new("name", ColumnType.Varchar) { IsRequired = true, Description = "Name" },
            new("city", ColumnType.Varchar) { Description = "City" },
            new("email", ColumnType.Varchar) { IsUnique = true, Description = "E-mail" },
            new("vip", ColumnType.Yes) { DefaultSql = "0", Description = "Important" },
            new("revenue", ColumnType.Numeric) { Description = "Revenue a year" },
        ]);
        var tasks = Table.Of("tasks", "What is to be done",
        [
            new("title", ColumnType.Varchar) { IsRequired = true, Description = "Title" },
            new("state", ColumnType.Varchar) { IsRequired = true, DefaultSql = Sql.Literal("todo"), OneOf = States, Description = "State" },
            new("priority", ColumnType.Bigint) { DefaultSql = "3", Description = "1 is urgent" },
            new("customer", ColumnType.Varchar) { Description = "Name of the customer" },
            new("due", ColumnType.Moment) { Description = "Due" },
            new("notes", ColumnType.Jsonb) { Description = "Anything else" },
        ]);
        workspace.Enums.Add(new("task_state", "State of a task", States, clock.GetUtcNow()));
        workspace.Database.Create(customers);
        workspace.Database.Create(tasks);
        workspace.Database.Create(new("open_tasks", "Tasks that are not done", tasks.Columns, "SELECT * FROM tasks WHERE state <> 'done'"));
        workspace.Database.Use("system", commands =>
            commands.Run(
                """
                INSERT INTO customers (name, city, email, vip, revenue) VALUES
                  ('Ann', 'Berlin', 'ann@customer.example', 1, 120000.5), ('Bob', 'Paris', 'bob@customer.example', 0, 8000), ('王一一', '北京', 'wang@customer.example', 1, 56000)
                """)
            + commands.Run(
                """
                INSERT INTO tasks (title, state, priority, customer, due, notes) VALUES
                  ('Call Ann back', 'todo', 1, 'Ann', '2026-12-01T09:00:00Z', '{"tags":["phone"]}'),
                  ('Send the offer', 'doing', 2, 'Bob', '2026-12-02T09:00:00Z', NULL),
                  ('Plan the launch', 'todo', 2, '王一一', NULL, NULL),
                  ('Archive last year', 'done', 5, NULL, NULL, NULL)
                """));
    }
}
