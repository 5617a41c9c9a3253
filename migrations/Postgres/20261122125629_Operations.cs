using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace LarkService.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Operations : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "answer",
                table: "parked_calls",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "caller_id",
                table: "parked_calls",
                type: "character varying(128)",
                maxLength: 128,
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "expires_at",
                table: "parked_calls",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "held_back",
                table: "parked_calls",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "sent_at",
                table: "parked_calls",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "idempotency_keys",
                columns: table => new
                {
                    id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    caller_id = table.Column<string>(type: "character varying(128)", maxLength: 128, nullable: false),
                    fingerprint = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    lease_owner = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: true),
                    lease_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    answer = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_idempotency_keys", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_parked_calls_finished_at",
                table: "parked_calls",
                column: "finished_at",
                filter: "caller_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_idempotency_keys_created_at",
                table: "idempotency_keys",
                column: "created_at");

            // Whoever waits for the end of a caller's operation, on whatever replica, hears of it when it is committed.
            migrationBuilder.Sql("""
                CREATE FUNCTION lark_tell_of_operation() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    PERFORM pg_notify('lark_operations', NEW.id);
                    RETURN NULL;
                END $$;
                CREATE TRIGGER lark_operation_ended AFTER UPDATE ON parked_calls
                    FOR EACH ROW WHEN (NEW.caller_id IS NOT NULL AND OLD.finished_at IS NULL AND NEW.finished_at IS NOT NULL)
                    EXECUTE FUNCTION lark_tell_of_operation();
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                DROP TRIGGER lark_operation_ended ON parked_calls;
                DROP FUNCTION lark_tell_of_operation();
                """);

            migrationBuilder.DropTable(
                name: "idempotency_keys");

            migrationBuilder.DropIndex(
                name: "ix_parked_calls_finished_at",
                table: "parked_calls");

            migrationBuilder.DropColumn(
                name: "answer",
                table: "parked_calls");

            migrationBuilder.DropColumn(
                name: "caller_id",
                table: "parked_calls");

            migrationBuilder.DropColumn(
                name: "expires_at",
                table: "parked_calls");

            migrationBuilder.DropColumn(
                name: "held_back",
                table: "parked_calls");

            migrationBuilder.DropColumn(
                name: "sent_at",
                table: "parked_calls");
        }
    }
}
