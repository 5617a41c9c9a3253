using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace LarkService.Migrations.Postgres
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
                type: "character varying(64)",
                maxLength: 64,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "ai_conversations",
                columns: table => new
                {
                    id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    app_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    open_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    caller_id = table.Column<string>(type: "character varying(128)", maxLength: 128, nullable: false),
                    aily_session_id = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    turn_id = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    turn_started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    run_id = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    turn_is_open = table.Column<bool>(type: "boolean", nullable: false),
                    reader = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    busy_owner = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: true),
                    busy_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
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
