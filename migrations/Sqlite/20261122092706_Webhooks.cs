using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace LarkService.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Webhooks : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_user_grants_status_app_id",
                table: "user_grants");

            migrationBuilder.CreateTable(
                name: "webhook_deliveries",
                columns: table => new
                {
                    number = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    id = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    notice_id = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    type = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    url = table.Column<string>(type: "TEXT", maxLength: 500, nullable: false),
                    app_id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    open_id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    body = table.Column<string>(type: "TEXT", nullable: false),
                    state = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    attempts = table.Column<int>(type: "INTEGER", nullable: false),
                    due_at = table.Column<long>(type: "INTEGER", nullable: false),
                    lease_owner = table.Column<string>(type: "TEXT", maxLength: 32, nullable: true),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    last_error = table.Column<string>(type: "TEXT", maxLength: 100, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_webhook_deliveries", x => x.number);
                });

            migrationBuilder.CreateIndex(
                name: "ix_user_grants_status_id_app_id",
                table: "user_grants",
                columns: new[] { "status", "id", "app_id" });

            migrationBuilder.CreateIndex(
                name: "ix_authorization_sessions_state_created_at_session_id",
                table: "authorization_sessions",
                columns: new[] { "state", "created_at", "session_id" });

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_id",
                table: "webhook_deliveries",
                column: "id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_state_due_at_id",
                table: "webhook_deliveries",
                columns: new[] { "state", "due_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_url_app_id_open_id_number",
                table: "webhook_deliveries",
                columns: new[] { "url", "app_id", "open_id", "number" },
                filter: "state = 'pending'");

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_url_due_at",
                table: "webhook_deliveries",
                columns: new[] { "url", "due_at" },
                filter: "state = 'pending'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "webhook_deliveries");

            migrationBuilder.DropIndex(
                name: "ix_user_grants_status_id_app_id",
                table: "user_grants");

            migrationBuilder.DropIndex(
                name: "ix_authorization_sessions_state_created_at_session_id",
                table: "authorization_sessions");

            migrationBuilder.CreateIndex(
                name: "ix_user_grants_status_app_id",
                table: "user_grants",
                columns: new[] { "status", "app_id" });
        }
    }
}
