using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace LarkService.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Inbox : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Until now nobody wrote down when an event died; without it none is ever forgotten.
            migrationBuilder.Sql("UPDATE inbox_events SET handled_at = due_at WHERE state = 'dead' AND handled_at IS NULL");

            migrationBuilder.DropIndex(
                name: "ix_inbox_events_dedupe_key",
                table: "inbox_events");

            migrationBuilder.DropIndex(
                name: "ix_inbox_events_ordering_key_state_position",
                table: "inbox_events");

            migrationBuilder.DropIndex(
                name: "ix_inbox_events_state_due_at",
                table: "inbox_events");

            migrationBuilder.AlterColumn<string>(
                name: "last_error",
                table: "inbox_events",
                type: "character varying(500)",
                maxLength: 500,
                nullable: true,
                oldClrType: typeof(string),
                oldType: "character varying(200)",
                oldMaxLength: 200,
                oldNullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_inbox_events_dedupe_key",
                table: "inbox_events",
                column: "dedupe_key",
                unique: true,
                filter: "dedupe_key IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_inbox_events_ordering_key_position",
                table: "inbox_events",
                columns: new[] { "ordering_key", "position" },
                filter: "state = 'received'");

            migrationBuilder.CreateIndex(
                name: "ix_inbox_events_position",
                table: "inbox_events",
                column: "position",
                filter: "state = 'dead'");

            migrationBuilder.CreateIndex(
                name: "ix_inbox_events_state_handled_at",
                table: "inbox_events",
                columns: new[] { "state", "handled_at" },
                filter: "handled_at IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_inbox_events_dedupe_key",
                table: "inbox_events");

            migrationBuilder.DropIndex(
                name: "ix_inbox_events_ordering_key_position",
                table: "inbox_events");

            migrationBuilder.DropIndex(
                name: "ix_inbox_events_position",
                table: "inbox_events");

            migrationBuilder.DropIndex(
                name: "ix_inbox_events_state_handled_at",
                table: "inbox_events");

            migrationBuilder.AlterColumn<string>(
                name: "last_error",
                table: "inbox_events",
                type: "character varying(200)",
                maxLength: 200,
                nullable: true,
                oldClrType: typeof(string),
                oldType: "character varying(500)",
                oldMaxLength: 500,
                oldNullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_inbox_events_dedupe_key",
                table: "inbox_events",
                column: "dedupe_key",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_inbox_events_ordering_key_state_position",
                table: "inbox_events",
                columns: new[] { "ordering_key", "state", "position" });

            migrationBuilder.CreateIndex(
                name: "ix_inbox_events_state_due_at",
                table: "inbox_events",
                columns: new[] { "state", "due_at" });
        }
    }
}
