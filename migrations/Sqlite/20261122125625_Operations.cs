using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace LarkService.Migrations.Sqlite
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
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "caller_id",
                table: "parked_calls",
                type: "TEXT",
                maxLength: 128,
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "expires_at",
                table: "parked_calls",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "held_back",
                table: "parked_calls",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<long>(
                name: "sent_at",
                table: "parked_calls",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "idempotency_keys",
                columns: table => new
                {
                    id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    caller_id = table.Column<string>(type: "TEXT", maxLength: 128, nullable: false),
                    fingerprint = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    lease_owner = table.Column<string>(type: "TEXT", maxLength: 32, nullable: true),
                    lease_until = table.Column<long>(type: "INTEGER", nullable: false),
                    answer = table.Column<string>(type: "TEXT", nullable: true),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false)
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
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
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
