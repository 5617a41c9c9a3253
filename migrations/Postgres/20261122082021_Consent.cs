using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace LarkService.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Consent : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "locale",
                table: "authorization_sessions",
                type: "character varying(8)",
                maxLength: 8,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "reason_ja",
                table: "authorization_sessions",
                type: "character varying(400)",
                maxLength: 400,
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_authorization_sessions_created_at_session_id",
                table: "authorization_sessions",
                columns: new[] { "created_at", "session_id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_authorization_sessions_created_at_session_id",
                table: "authorization_sessions");

            migrationBuilder.DropColumn(
                name: "locale",
                table: "authorization_sessions");

            migrationBuilder.DropColumn(
                name: "reason_ja",
                table: "authorization_sessions");
        }
    }
}
