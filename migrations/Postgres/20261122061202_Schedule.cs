using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace LarkService.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Schedule : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_outbox_messages_dead_due_at",
                table: "outbox_messages");

            migrationBuilder.CreateIndex(
                name: "ix_outbox_messages_due_at",
                table: "outbox_messages",
                column: "due_at",
                filter: "NOT dead");

            migrationBuilder.CreateIndex(
                name: "ix_outbox_messages_due_at_dead",
                table: "outbox_messages",
                columns: new[] { "due_at", "dead" });

            migrationBuilder.CreateIndex(
                name: "ix_ai_turns_created_at",
                table: "ai_turns",
                column: "created_at");

            // The scheduler's own tables: the script lies in its package, with the version pinned. It makes what is missing and
            // changes nothing; should a later version need other tables, a migration of its own brings them.
            foreach (var statement in QuartzTables())
            {
                migrationBuilder.Sql(statement);
            }
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                DO $$
                DECLARE
                    t text;
                BEGIN
                    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename LIKE 'qrtz\_%' LOOP
                        EXECUTE format('DROP TABLE %I CASCADE', t);
                    END LOOP;
                END $$;
                """);

            migrationBuilder.DropIndex(
                name: "ix_outbox_messages_due_at",
                table: "outbox_messages");

            migrationBuilder.DropIndex(
                name: "ix_outbox_messages_due_at_dead",
                table: "outbox_messages");

            migrationBuilder.CreateIndex(
                name: "ix_outbox_messages_dead_due_at",
                table: "outbox_messages",
                columns: new[] { "dead", "due_at" });

            migrationBuilder.DropIndex(
                name: "ix_ai_turns_created_at",
                table: "ai_turns");
        }

        private static IEnumerable<string> QuartzTables()
        {
            using var script = typeof(Quartz.IScheduler).Assembly.GetManifestResourceStream("Quartz.Impl.AdoJobStore.Schema.create_postgres.sql")!;
            using var reader = new StreamReader(script);
            return reader.ReadToEnd().ReplaceLineEndings("\n")
                .Replace("{0}", "qrtz_", StringComparison.Ordinal)
                .Replace("{1}", "qrtz_", StringComparison.Ordinal)
                .Split("\n--;;\n")
                .Skip(1) // what the file says about itself
                .ToList();
        }
    }
}
