using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace LarkService.Migrations.Sqlite
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
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
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
    }
}
