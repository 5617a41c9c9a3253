using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace LarkService.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Ai : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "card_id",
                table: "ai_turns",
                type: "TEXT",
                maxLength: 64,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "ai_conversations",
                columns: table => new
                {
                    id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    app_id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    open_id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    caller_id = table.Column<string>(type: "TEXT", maxLength: 128, nullable: false),
                    aily_session_id = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    turn_id = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    turn_started_at = table.Column<long>(type: "INTEGER", nullable: false),
                    run_id = table.Column<string>(type: "TEXT", maxLength: 100, nullable: true),
                    turn_is_open = table.Column<bool>(type: "INTEGER", nullable: false),
                    reader = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    busy_owner = table.Column<string>(type: "TEXT", maxLength: 32, nullable: true),
                    busy_until = table.Column<long>(type: "INTEGER", nullable: true),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    used_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_ai_conversations", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_ai_conversations_turn_id",
                table: "ai_conversations",
                column: "turn_id");

            migrationBuilder.CreateIndex(
                name: "ix_ai_conversations_used_at",
                table: "ai_conversations",
                column: "used_at");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "ai_conversations");

            migrationBuilder.DropColumn(
                name: "card_id",
                table: "ai_turns");
        }
    }
}
